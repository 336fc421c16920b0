#include "vit/image/header.h"

#include <cctype>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "vit/image/container.h"

namespace vit {
namespace {

constexpr const char* kSupported = "Supported are JPEG, PNG, BMP, WebP, PNM and TIFF.";

std::optional<ImageFormat> format_of(const ByteView& file) {
  using namespace std::string_view_literals;
  if (file.starts_with("\xFF\xD8\xFF"sv)) return ImageFormat::jpeg;
  if (file.starts_with("\x89PNG\r\n\x1A\n"sv)) return ImageFormat::png;
  if (file.starts_with("RIFF"sv) && file.starts_with("WEBP"sv, 8)) return ImageFormat::webp;
  if (file.starts_with("II*\0"sv) || file.starts_with("MM\0*"sv)) return ImageFormat::tiff;
  // Two letters are little to go by: text files start with BM or P1 too. A BMP has reserved zero
  // bytes or a plausible header size behind them, a PNM white space.
  if (file.starts_with("BM"sv) && file.size() >= 18 && file.little32(14) <= 124) {
    return ImageFormat::bmp;
  }
  if (file.size() > 2 && file.u8(0) == 'P' && file.u8(1) >= '1' && file.u8(1) <= '6' &&
      (std::isspace(file.u8(2)) || file.u8(2) == '#')) {
    return ImageFormat::pnm;
  }
  return std::nullopt;
}

std::string describe_unknown(const ByteView& file) {
  using namespace std::string_view_literals;
  if (file.starts_with("GIF8"sv)) return "GIF pictures are not supported";
  if (file.starts_with("II+\0"sv) || file.starts_with("MM\0+"sv)) return "BigTIFF is not supported";
  if (file.starts_with("ftypavif"sv, 4)) return "AVIF pictures are not supported";
  if (file.starts_with("ftyp"sv, 4)) return "HEIF pictures and films are not supported";
  if (file.starts_with("\0\0\0\x0CjP"sv)) return "JPEG 2000 pictures are not supported";
  if (file.starts_with("<"sv)) return "expected a picture, found markup (HTML, XML or SVG)";
  return "expected a picture, found no format that is known";
}

ImageHeader jpeg_header(const ByteView& file) {
  ImageHeader header{ImageFormat::jpeg};
  walk_jpeg(file, [&](std::uint8_t marker, const ByteView& payload) {
    const bool frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (!frame) return true;
    header.height = payload.big16(1);
    header.width = payload.big16(3);
    return false;
  });
  return header;
}

ImageHeader bmp_header(const ByteView& file) {
  const bool old = file.little32(14) == 12;
  if (old) return {ImageFormat::bmp, file.little16(18), file.little16(20)};
  // A negative height means rows from top to bottom.
  return {ImageFormat::bmp, static_cast<std::int32_t>(file.little32(18)),
          std::abs(std::int64_t{static_cast<std::int32_t>(file.little32(22))})};
}

ImageHeader webp_header(const ByteView& file) {
  ImageHeader header{ImageFormat::webp};
  walk_webp(file, [&](const Chunk& chunk) {
    const ByteView& data = chunk.payload;
    if (chunk.name == "VP8X") {
      constexpr std::uint8_t kAnimation = 2;
      if (data.u8(0) & kAnimation) {
        throw Error(ErrorKind::data, file.where(), "animated WebP is not supported",
                    "Extract the frame that is meant as a picture of its own.");
      }
      header.width = std::int64_t{data.little24(4)} + 1;
      header.height = std::int64_t{data.little24(7)} + 1;
    } else if (chunk.name == "VP8 ") {
      header.width = data.little16(6) & 0x3FFF;
      header.height = data.little16(8) & 0x3FFF;
    } else if (chunk.name == "VP8L") {
      const std::uint32_t bits = data.little32(1);
      header.width = (bits & 0x3FFF) + 1;
      header.height = ((bits >> 14) & 0x3FFF) + 1;
    } else {
      return true;
    }
    return false;
  });
  return header;
}

/// PNM headers are numbers in text with white space and comments between them.
ImageHeader pnm_header(const ByteView& file) {
  std::size_t at = 2;
  const auto number = [&] {
    while (std::isspace(file.u8(at)) || file.u8(at) == '#') {
      if (file.u8(at) == '#') {
        while (file.u8(at) != '\n' && file.u8(at) != '\r') ++at;
      }
      ++at;
    }
    std::int64_t value = 0;
    if (!std::isdigit(file.u8(at))) file.fail(str("PNM header: expected a number at offset ", at));
    while (at < file.size() && std::isdigit(file.u8(at)) && value < 1'000'000'000) {
      value = value * 10 + (file.u8(at++) - '0');
    }
    return value;
  };
  const std::int64_t width = number();
  return {ImageFormat::pnm, width, number()};
}

ImageHeader tiff_header(const ByteView& file) {
  constexpr std::uint32_t kImageWidth = 256, kImageLength = 257;
  return {ImageFormat::tiff, tiff_tag(file, kImageWidth).value_or(0),
          tiff_tag(file, kImageLength).value_or(0)};
}

ImageHeader header_of(const ByteView& file, ImageFormat format) {
  switch (format) {
    case ImageFormat::jpeg: return jpeg_header(file);
    case ImageFormat::png: {
      if (!file.starts_with("IHDR", 12)) file.fail("PNG: the first chunk is not IHDR");
      return {ImageFormat::png, file.big32(16), file.big32(20)};
    }
    case ImageFormat::bmp: return bmp_header(file);
    case ImageFormat::webp: return webp_header(file);
    case ImageFormat::pnm: return pnm_header(file);
    case ImageFormat::tiff: return tiff_header(file);
  }
  return {};
}

std::optional<ByteView> exif_block(const ByteView& file, ImageFormat format) {
  using namespace std::string_view_literals;
  constexpr std::string_view kPrefix = "Exif\0\0"sv;  // always in JPEG, by some writers elsewhere
  std::optional<ByteView> block;
  const auto keep = [&](const ByteView& payload) {
    const std::size_t skip = payload.starts_with(kPrefix) ? kPrefix.size() : 0;
    block = payload.slice(skip, payload.size() - skip);
    return false;
  };
  if (format == ImageFormat::jpeg) {
    walk_jpeg(file, [&](std::uint8_t marker, const ByteView& payload) {
      constexpr std::uint8_t kApp1 = 0xE1;
      return marker == kApp1 && payload.starts_with(kPrefix) ? keep(payload) : true;
    });
  } else if (format == ImageFormat::png) {
    walk_png(file,
             [&](const Chunk& chunk) { return chunk.name == "eXIf" ? keep(chunk.payload) : true; });
  } else if (format == ImageFormat::webp) {
    walk_webp(file, [&](const Chunk& chunk) {
      return chunk.name == "EXIF" ? keep(chunk.payload) : true;
    });
  }
  return block;
}

}  // namespace

ImageHeader read_image_header(std::span<const std::byte> bytes, const std::string& where) {
  const ByteView file(bytes, where);
  if (bytes.empty()) file.fail("the file is empty");
  const std::optional<ImageFormat> format = format_of(file);
  if (!format) throw Error(ErrorKind::data, where, describe_unknown(file), kSupported);
  const ImageHeader header = header_of(file, *format);
  if (header.width <= 0 || header.height <= 0) {
    file.fail(str("the header gives a size of ", header.width, " x ", header.height, " pixels"));
  }
  return header;
}

int exif_orientation(std::span<const std::byte> bytes, ImageFormat format) {
  constexpr std::uint32_t kOrientation = 0x0112;
  const std::string nowhere;
  try {
    const std::optional<ByteView> block = exif_block(ByteView(bytes, nowhere), format);
    const std::uint32_t value = block ? tiff_tag(*block, kOrientation).value_or(1) : 1;
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  } catch (const Error&) {  // a malformed EXIF block says nothing; the picture itself is fine
    return 1;
  }
}

}  // namespace vit
