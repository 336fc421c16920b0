#include "vit/image/metadata.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "vit/image/container.h"

namespace vit {
namespace {

using namespace std::string_view_literals;

std::string_view text_of(const ByteView& bytes) {
  return {reinterpret_cast<const char*>(bytes.bytes().data()), bytes.size()};
}

/// zlib's compressed text; none where it is damaged or longer than any metadata.
std::optional<std::string> inflated(std::string_view packed) {
  constexpr uLongf kMost = 4 << 20;
  std::string text(std::min<std::size_t>(kMost, 64 + 1100 * packed.size()), '\0');
  uLongf size = static_cast<uLongf>(text.size());
  if (uncompress(reinterpret_cast<Bytef*>(text.data()), &size,
                 reinterpret_cast<const Bytef*>(packed.data()),
                 static_cast<uLong>(packed.size())) != Z_OK)
    return std::nullopt;
  text.resize(size);
  return text;
}

/// Takes the text up to the next zero byte off the front.
std::string_view take_string(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\0'), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return taken;
}

/// The text under a keyword in a PNG's tEXt, zTXt or iTXt chunk.
std::optional<std::string> png_text(const Chunk& chunk, std::string_view keyword) {
  const bool international = chunk.name == "iTXt", packed_always = chunk.name == "zTXt";
  if (!international && !packed_always && chunk.name != "tEXt") return std::nullopt;
  std::string_view rest = text_of(chunk.payload);
  if (take_string(rest) != keyword) return std::nullopt;
  bool packed = packed_always;
  const std::size_t flags = international ? 2 : packed_always ? 1 : 0;
  if (rest.size() < flags) return std::nullopt;
  if (international) packed = rest[0] != 0;
  rest.remove_prefix(flags);
  if (international) {
    take_string(rest);  // the language
    take_string(rest);  // the keyword in it
  }
  return packed ? inflated(rest) : std::string(rest);
}

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// ImageMagick's profile: three lines of name and length, then hexadecimal digits.
std::vector<std::byte> hexadecimal_profile(std::string_view text) {
  for (int line = 0; line < 3; ++line)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  std::vector<std::byte> bytes;
  int high = -1;
  for (const char letter : text) {
    if (std::isxdigit(static_cast<unsigned char>(letter)) == 0) continue;
    const std::string digit(1, letter);
    const auto value = static_cast<int>(std::strtol(digit.c_str(), nullptr, 16));
    if (high >= 0) bytes.push_back(static_cast<std::byte>(high * 16 + value));
    high = high < 0 ? value : -1;
  }
  return bytes;
}

constexpr std::uint8_t kApp1 = 0xE1;
constexpr std::string_view kExifPrefix = "Exif\0\0"sv;  // always in JPEG, by some writers elsewhere

}  // namespace

std::optional<std::vector<std::byte>> exif_block(const ByteView& file, ImageFormat format) {
  std::optional<std::vector<std::byte>> block, written_out;
  if (format == ImageFormat::jpeg) {
    walk_jpeg(file, [&](std::uint8_t marker, const ByteView& payload) {
      if (marker == kApp1 && payload.starts_with(kExifPrefix)) block = bytes_of(text_of(payload));
      return !block;
    });
  } else if (format == ImageFormat::png) {
    walk_png(file, [&](const Chunk& chunk) {
      if (chunk.name == "eXIf") block = bytes_of(text_of(chunk.payload));
      if (const auto text = png_text(chunk, "Raw profile type exif"); text && !text->empty())
        written_out = hexadecimal_profile(*text);
      return !block;
    });
    if (!block) block = std::move(written_out);
  } else if (format == ImageFormat::webp) {
    walk_webp(file, [&](const Chunk& chunk) {
      if (chunk.name == "EXIF") block = bytes_of(text_of(chunk.payload));
      return !block;
    });
  }
  const std::string nowhere;
  if (block && ByteView(*block, nowhere).starts_with(kExifPrefix))
    block->erase(block->begin(), block->begin() + kExifPrefix.size());
  return block;
}

std::optional<std::string> xmp_packet(const ByteView& file, ImageFormat format) {
  std::optional<std::string> packet;
  if (format == ImageFormat::jpeg) {
    constexpr std::string_view kXmpPrefix = "http://ns.adobe.com/xap/1.0/\0"sv;
    walk_jpeg(file, [&](std::uint8_t marker, const ByteView& payload) {
      if (marker == kApp1 && payload.starts_with(kXmpPrefix))
        packet = text_of(payload).substr(kXmpPrefix.size());
      return true;
    });
  } else if (format == ImageFormat::png) {
    walk_png(file, [&](const Chunk& chunk) {
      if (chunk.name != "iTXt") return true;
      if (auto text = png_text(chunk, "XML:com.adobe.xmp")) packet = std::move(text);
      return true;
    });
  } else if (format == ImageFormat::webp) {
    walk_webp(file, [&](const Chunk& chunk) {
      if (chunk.name == "XMP ") packet = text_of(chunk.payload);
      return !packet;
    });
  } else if (format == ImageFormat::tiff) {
    constexpr std::uint32_t kXmp = 700;
    if (const auto field = find_tiff_field(file, kXmp)) packet = text_of(field->values);
  }
  return packet;
}

std::optional<int> xmp_orientation(const std::string& xmp) {
  constexpr std::string_view kName = "tiff:Orientation";
  for (std::size_t at = 0; (at = xmp.find(kName, at)) != xmp.npos;) {
    at += kName.size();
    const std::string_view rest = std::string_view(xmp).substr(at);
    const std::size_t skip = rest.substr(0, 2) == "=\"" ? 2 : rest.substr(0, 1) == ">" ? 1 : 0;
    if (skip == 0 || rest.size() <= skip) continue;
    if (rest[skip] >= '0' && rest[skip] <= '9') return rest[skip] - '0';
  }
  return std::nullopt;
}

int tiff_orientation(const ByteView& file) {
  constexpr std::uint32_t kOrientation = 0x0112;
  int value = 1;
  if (const auto tag = tiff_tag(file, kOrientation)) {
    value = *tag <= 8 ? static_cast<int>(*tag) : 1;
  } else if (const auto xmp = xmp_packet(file, ImageFormat::tiff)) {
    value = xmp_orientation(*xmp).value_or(1);
  }
  return value >= 1 && value <= 8 ? value : 1;
}

}  // namespace vit
