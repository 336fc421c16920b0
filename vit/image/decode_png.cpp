#include "vit/image/decode_png.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/container.h"

namespace vit {
namespace {

/// The file with its critical chunks only, each with its checksum verified. The decoder then has no
/// profile, gamma or comment to misread, apply or warn about; transparency goes, too, as alpha is
/// dropped anyway.
std::vector<std::byte> critical_png_chunks(const ByteView& file) {
  constexpr std::size_t kSignature = 8;
  const auto signature = file.slice(0, kSignature).bytes();
  std::vector<std::byte> kept(signature.begin(), signature.end());
  kept.reserve(file.size());
  walk_png(file, [&](const Chunk& chunk) {
    const bool is_critical = chunk.name[0] >= 'A' && chunk.name[0] <= 'Z';
    const auto bytes = chunk.whole.bytes();
    if (is_critical) kept.insert(kept.end(), bytes.begin(), bytes.end());
    return true;
  });
  return kept;
}

/// libpng reports through callbacks and must not be left by an exception, as it is C: errors jump
/// back to decode_png_rows(), and only then become an Error.
struct PngDecoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::span<const std::byte> rest;  ///< what is not read yet
  bool as_stored = false;           ///< one channel of values, and not three of colours
  std::jmp_buf escape{};
  std::array<char, 200> message{};
  Image image;
  std::vector<std::uint8_t> wide;  ///< rows of 16-bit grey, the high byte first
  std::vector<png_bytep> rows;
};

[[noreturn]] void on_png_error(png_structp png, png_const_charp message) {
  PngDecoder& decoder = *static_cast<PngDecoder*>(png_get_error_ptr(png));
  std::snprintf(decoder.message.data(), decoder.message.size(), "%s", message);
  std::longjmp(decoder.escape, 1);
}

void on_png_warning(png_structp /*png*/, png_const_charp /*message*/) {}

void read_png_bytes(png_structp png, png_bytep to, std::size_t count) {
  PngDecoder& decoder = *static_cast<PngDecoder*>(png_get_io_ptr(png));
  if (count > decoder.rest.size()) png_error(png, "the file ends too early");
  std::memcpy(to, decoder.rest.data(), count);
  decoder.rest = decoder.rest.subspan(count);
}

/// False where libpng gave up; the message says why. Nothing with a destructor may live here:
/// longjmp would skip it.
bool decode_png_rows(PngDecoder& decoder) {
  if (setjmp(decoder.escape) != 0) return false;
  decoder.png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, on_png_error, on_png_warning);
  if (decoder.png == nullptr) return false;
  decoder.info = png_create_info_struct(decoder.png);
  if (decoder.info == nullptr) return false;
  png_structp png = decoder.png;
  png_infop info = decoder.info;
  png_set_read_fn(png, &decoder, read_png_bytes);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the header has been looked at
  png_read_info(png, info);
  const int colour = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
  const auto width = static_cast<int>(png_get_image_width(png, info)),
             height = static_cast<int>(png_get_image_height(png, info));
  const bool wide_grey = colour == PNG_COLOR_TYPE_GRAY && depth == 16;
  const bool one_channel = colour == PNG_COLOR_TYPE_GRAY || colour == PNG_COLOR_TYPE_PALETTE;
  if (decoder.as_stored && !one_channel) return true;
  if (decoder.as_stored) {
    png_set_packing(png);  // of less than 8 bits: a byte for each
  } else if (colour == PNG_COLOR_TYPE_PALETTE) {
    png_set_palette_to_rgb(png);
  } else if (colour == PNG_COLOR_TYPE_GRAY && depth < 8) {
    png_set_expand_gray_1_2_4_to_8(png);
  }
  if (!decoder.as_stored && !wide_grey) {
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
  }
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  decoder.image = Image(width, height, decoder.as_stored ? 1 : 3);
  const std::size_t row_bytes =
      wide_grey ? 2 * static_cast<std::size_t>(width) : decoder.image.row_bytes();
  if (png_get_rowbytes(png, info) != row_bytes) png_error(png, "the rows are of another length");
  if (wide_grey) decoder.wide.resize(row_bytes * static_cast<std::size_t>(height));
  std::uint8_t* const first = wide_grey ? decoder.wide.data() : decoder.image.pixels.data();
  decoder.rows.resize(static_cast<std::size_t>(height));
  for (std::size_t y = 0; y < decoder.rows.size(); ++y) decoder.rows[y] = first + y * row_bytes;
  png_read_image(png, decoder.rows.data());
  png_read_end(png, nullptr);
  return true;
}

/// Reads the file, and leaves its pixels in `image` and `wide`.
void decode_into(PngDecoder& decoder, const ByteView& file) {
  const std::vector<std::byte> critical = critical_png_chunks(file);
  decoder.rest = critical;
  bool complete = false;
  try {
    complete = decode_png_rows(decoder);
  } catch (...) {  // no memory for the image
    png_destroy_read_struct(&decoder.png, &decoder.info, nullptr);
    throw;
  }
  png_destroy_read_struct(&decoder.png, &decoder.info, nullptr);
  if (!complete) file.fail(str("damaged PNG: ", decoder.message.data()));
}

/// The pixel's 16-bit grey.
unsigned wide_level(const PngDecoder& decoder, std::size_t pixel) {
  return 256U * decoder.wide[2 * pixel] + decoder.wide[2 * pixel + 1];
}

}  // namespace

Image decode_png(std::span<const std::byte> bytes, const std::string& where) {
  PngDecoder decoder;
  decode_into(decoder, ByteView(bytes, where));
  for (std::size_t i = 0; i < decoder.wide.size() / 2; ++i)
    std::fill_n(&decoder.image.pixels[3 * i], 3,
                static_cast<std::uint8_t>(std::min(wide_level(decoder, i), 255U)));
  return std::move(decoder.image);
}

std::optional<Image> decode_png_values(std::span<const std::byte> bytes, const std::string& where) {
  PngDecoder decoder;
  decoder.as_stored = true;
  decode_into(decoder, ByteView(bytes, where));
  if (decoder.image.empty()) return std::nullopt;
  unsigned largest = 0;
  for (std::size_t i = 0; i < decoder.wide.size() / 2; ++i) {
    const unsigned level = wide_level(decoder, i);
    largest = std::max(largest, level);
    decoder.image.pixels[i] = static_cast<std::uint8_t>(level);
  }
  if (largest > 255)
    throw Error(ErrorKind::data, where,
                str("expected values of at most 255, found ", largest, " in its 16-bit grey"),
                "save it with 8 bits: 255 classes at most");
  return std::move(decoder.image);
}

}  // namespace vit
