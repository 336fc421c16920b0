#include "vit/image/header.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include "vit/image/container.h"
#include "vit/image/metadata.h"

namespace vit {
namespace {

constexpr const char* kSupported = "Supported are JPEG, PNG, BMP, WebP, PNM and TIFF.";

std::optional<ImageFormat> format_of(const ByteView& file) {
  using namespace std::string_view_literals;
  if (file.starts_with("\xFF\xD8\xFF"sv)) return ImageFormat::jpeg;
  if (file.starts_with("\x89PNG\r\n\x1A\n"sv)) return ImageFormat::png;
  if (file.starts_with("RIFF"sv) && file.starts_with("WEBP"sv, 8)) return ImageFormat::webp;
  for (const auto magic : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv})  // the last two: BigTIFF
    if (file.starts_with(magic)) return ImageFormat::tiff;
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
  if (file.starts_with("ftypavif"sv, 4)) return "AVIF pictures are not supported";
  if (file.starts_with("ftyp"sv, 4)) return "HEIF pictures and films are not supported";
  for (const auto magic : {"\0\0\0\x0CjP"sv, "\xFF\x4F\xFF\x51"sv})
    if (file.starts_with(magic)) return "JPEG 2000 pictures are not supported";
  for (const auto magic : {"\0\0\0\x0CJXL "sv, "\xFF\x0A"sv})
    if (file.starts_with(magic)) return "JPEG XL pictures are not supported";
  constexpr std::size_t kPlanes = 12;  // always 1
  if (file.size() > 40 && file.little32(0) == 40 && file.little16(kPlanes) == 1)
    return "BMP without its file header (DIB) is not supported";
  if (file.starts_with("qoif"sv)) return "QOI pictures are not supported";
  if (file.starts_with("8BPS"sv)) return "Photoshop's PSD pictures are not supported";
  if (file.starts_with("\0\0\1\0"sv)) return "ICO pictures are not supported";
  if (file.starts_with("DDS "sv)) return "DDS pictures are not supported";
  if (file.starts_with("v/1\1"sv)) return "OpenEXR pictures are not supported";
  if (file.starts_with("#?RADIANCE"sv)) return "Radiance HDR pictures are not supported";
  if (file.starts_with("P7\n"sv)) return "PAM pictures are not supported";
  if (file.starts_with("PF\n"sv) || file.starts_with("Pf\n"sv))
    return "PFM pictures (floating point) are not supported";
  if (file.starts_with("%PDF"sv)) return "PDF files are not supported";
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
    if (header.height == 0 && header.width > 0)
      file.refuse("a JPEG that gives its height behind the scan (DNL) is not supported");
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
  ImageHeader header{ImageFormat::tiff, tiff_tag(file, kImageWidth).value_or(0),
                     tiff_tag(file, kImageLength).value_or(0)};
  constexpr int kFirstOnItsSide = 5;
  if (tiff_orientation(file) >= kFirstOnItsSide) std::swap(header.width, header.height);
  return header;
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
  if (format == ImageFormat::tiff) return 1;
  const std::string nowhere;
  const ByteView file(bytes, nowhere);
  // What is malformed says nothing; the picture itself is fine.
  const auto said_by = [&](const auto& read) -> std::optional<int> {
    try {
      return read();
    } catch (const Error&) {
      return std::nullopt;
    }
  };
  std::optional<int> value = said_by([&]() -> std::optional<int> {
    const auto block = exif_block(file, format);
    const auto tag = block ? tiff_tag(ByteView(*block, nowhere), kOrientation) : std::nullopt;
    return tag ? std::optional(static_cast<int>(std::min(*tag, 9U))) : std::nullopt;
  });
  if (!value) {
    value = said_by([&]() -> std::optional<int> {
      const auto xmp = xmp_packet(file, format);
      return xmp ? xmp_orientation(*xmp) : std::nullopt;
    });
  }
  return value && *value >= 1 && *value <= 8 ? *value : 1;
}

}  // namespace vit
