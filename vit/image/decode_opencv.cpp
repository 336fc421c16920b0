#include "vit/image/decode_opencv.h"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <optional>
#include <vector>

#include "vit/image/container.h"

namespace vit {
namespace {

/// The file with its critical chunks only, each with its checksum verified. The decoder then has no
/// profile, gamma or comment to misread, apply or print a warning about; transparency goes, too,
/// as alpha is dropped anyway.
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

/// The file, with an alpha that stands apart from the colours called premultiplied: libtiff would
/// multiply it into them, and what it takes for done it leaves alone. The alpha is dropped anyway.
std::vector<std::byte> colours_left_alone(const ByteView& tiff) {
  constexpr std::uint32_t kExtraSamples = 338, kPremultiplied = 1, kApart = 2;
  std::vector<std::byte> bytes(tiff.bytes().begin(), tiff.bytes().end());
  const std::optional<TiffValue> alpha = find_tiff_tag(tiff, kExtraSamples);
  if (alpha && alpha->value == kApart) bytes[alpha->low_byte] = std::byte{kPremultiplied};
  return bytes;
}

cv::Mat decode(std::span<const std::byte> bytes) {
  const cv::Mat file(1, static_cast<int>(bytes.size()), CV_8UC1,
                     const_cast<std::byte*>(bytes.data()));  // imdecode only reads
  // Unchanged: no conversion but ours, and no EXIF orientation.
  return cv::imdecode(file, cv::IMREAD_UNCHANGED);
}

/// One row in OpenCV's order (grey, BGR or BGRA) to RGB. Of wide colours the high byte is kept;
/// wide grey is clipped, as Pillow does with its mode I;16.
template <class Sample>
void row_to_rgb(const Sample* from, std::uint8_t* to, int width, int channels) {
  constexpr int kShift = 8 * (static_cast<int>(sizeof(Sample)) - 1);
  for (int x = 0; x < width; ++x, from += channels, to += 3) {
    if (channels == 1) {
      std::fill_n(to, 3, static_cast<std::uint8_t>(std::min<int>(from[0], 255)));
      continue;
    }
    for (int c = 0; c < 3; ++c) {
      to[c] = static_cast<std::uint8_t>(from[channels < 3 ? 0 : 2 - c] >> kShift);
    }
  }
}

}  // namespace

Image decode_opencv(std::span<const std::byte> bytes, const std::string& where,
                    const ImageHeader& header) {
  const ByteView file(bytes, where);
  cv::Mat decoded;
  try {
    switch (header.format) {
      case ImageFormat::png: decoded = decode(critical_png_chunks(file)); break;
      case ImageFormat::tiff: decoded = decode(colours_left_alone(file)); break;
      default: decoded = decode(bytes);
    }
  } catch (const cv::Exception& exception) {
    file.fail(str("the picture cannot be decoded: ", exception.err));
  }
  if (decoded.empty()) file.fail("the picture cannot be decoded: its data is damaged or cut off");
  // TIFF orientation may exchange the sides, so the count is what must agree.
  if (std::int64_t{decoded.cols} * decoded.rows != header.width * header.height) {
    file.fail(str("the header promises ", header.width, " x ", header.height,
                  " pixels, the data holds ", decoded.cols, " x ", decoded.rows));
  }
  const int depth = decoded.depth();
  if (depth != CV_8U && depth != CV_16U) {
    throw Error(ErrorKind::data, where, "the picture's samples are neither 8 nor 16-bit integers",
                "Convert it to 8-bit RGB beforehand: only you know its range of values.");
  }
  Image image(decoded.cols, decoded.rows);
  for (int y = 0; y < image.height; ++y) {
    if (depth == CV_8U) {
      row_to_rgb(decoded.ptr<std::uint8_t>(y), image.row(y), image.width, decoded.channels());
    } else {
      row_to_rgb(decoded.ptr<std::uint16_t>(y), image.row(y), image.width, decoded.channels());
    }
  }
  return image;
}

}  // namespace vit
