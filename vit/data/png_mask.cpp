#include "vit/data/png_mask.h"

#include <zlib.h>

#include <cstdlib>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/container.h"
#include "vit/image/decode.h"
#include "vit/image/header.h"

namespace vit {
namespace {

constexpr int kGrey = 0, kPalette = 3;

struct PngMask {
  int width = 0, height = 0, depth = 0, colour = 0, interlace = 0;
  std::vector<std::byte> packed;  // all IDAT chunks
};

PngMask read_chunks(const ByteView& file, const ImageHeader& header) {
  PngMask png;
  png.width = static_cast<int>(header.width);
  png.height = static_cast<int>(header.height);
  walk_png(file, [&](const Chunk& chunk) {
    const auto bytes = chunk.payload.bytes();
    if (chunk.name == "IHDR" && bytes.size() == 13) {
      png.depth = std::to_integer<int>(bytes[8]);
      png.colour = std::to_integer<int>(bytes[9]);
      png.interlace = std::to_integer<int>(bytes[12]);
    }
    if (chunk.name == "IDAT") png.packed.insert(png.packed.end(), bytes.begin(), bytes.end());
    return true;
  });
  return png;
}

/// PNG's predictor (ISO 15948, section 9.4).
int paeth(int left, int up, int corner) {
  const int guess = left + up - corner;
  const int a = std::abs(guess - left), b = std::abs(guess - up), c = std::abs(guess - corner);
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/// Undoes the filter of one row, of one byte a pixel or less, in place.
bool unfilter(int filter, std::uint8_t* row, const std::uint8_t* above, std::size_t bytes) {
  if (filter > 4) return false;
  for (std::size_t i = 0; i < bytes; ++i) {
    const int left = i > 0 ? row[i - 1] : 0, up = above[i], corner = i > 0 ? above[i - 1] : 0;
    const int predicted = filter == 0   ? 0
                          : filter == 1 ? left
                          : filter == 2 ? up
                          : filter == 3 ? (left + up) / 2
                                        : paeth(left, up, corner);
    row[i] = static_cast<std::uint8_t>(row[i] + predicted);
  }
  return true;
}

Image unpack(const PngMask& png, const ByteView& file) {
  const std::size_t row_bytes = (static_cast<std::size_t>(png.width) * png.depth + 7) / 8;
  std::vector<std::uint8_t> rows((row_bytes + 1) * png.height);
  uLongf size = rows.size();
  const int result = uncompress(
      rows.data(), &size, reinterpret_cast<const Bytef*>(png.packed.data()), png.packed.size());
  if (result != Z_OK || size != rows.size()) file.fail("the mask's pixels are damaged or cut off");
  Image mask(png.width, png.height, 1);
  std::vector<std::uint8_t> above(row_bytes, 0);
  const unsigned ones = (1U << png.depth) - 1;
  for (int y = 0; y < png.height; ++y) {
    std::uint8_t* row = rows.data() + (row_bytes + 1) * y;
    if (!unfilter(row[0], row + 1, above.data(), row_bytes)) file.fail("a row's filter is unknown");
    above.assign(row + 1, row + 1 + row_bytes);
    for (int x = 0; x < png.width; ++x) {
      const int bit = x * png.depth;
      mask.row(y)[x] =
          static_cast<std::uint8_t>((row[1 + bit / 8] >> (8 - png.depth - bit % 8)) & ones);
    }
  }
  return mask;
}

/// Of a picture whose channels are equal everywhere.
Image grey_channel(const Image& image, const std::string& where) {
  Image mask(image.width, image.height, 1);
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    const std::uint8_t* pixel = image.pixels.data() + 3 * i;
    if (pixel[0] != pixel[1] || pixel[1] != pixel[2])
      throw Error(ErrorKind::data, where,
                  "expected a mask, with the class of each pixel; this is a picture in colours",
                  "save the mask as a PNG with a palette or in grey, its values being the classes");
    mask.pixels[i] = pixel[0];
  }
  return mask;
}

}  // namespace

Image decode_mask(std::span<const std::byte> bytes, const std::string& where) {
  const ImageHeader header = read_image_header(bytes, where);
  if (header.height > DecodeOptions().max_pixels / header.width) return decode_image(bytes, where);
  if (header.format == ImageFormat::png) {
    const ByteView file(bytes, where);
    const PngMask png = read_chunks(file, header);
    const bool one_channel = png.colour == kGrey || png.colour == kPalette;
    if (one_channel && png.depth > 8)
      throw Error(ErrorKind::data, where, "expected a mask of at most 8 bits, found 16",
                  "save it with 8 bits: 255 classes at most");
    if (one_channel && png.interlace == 0) return unpack(png, file);
    if (png.colour == kPalette)
      throw Error(ErrorKind::data, where, "an interlaced mask with a palette is not supported",
                  "save it without interlacing");
  }
  return grey_channel(decode_image(bytes, where), where);
}

}  // namespace vit
