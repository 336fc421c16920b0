#include "vit/image/container.h"

#include <zlib.h>

#include <cstddef>

namespace vit {

void walk_jpeg(const ByteView& file,
               const std::function<bool(std::uint8_t, const ByteView&)>& visit) {
  constexpr std::uint8_t kStartOfScan = 0xDA, kEndOfImage = 0xD9;
  std::size_t at = 2;  // after SOI
  while (true) {
    // Bytes between segments and repeated 0xFF are fill; decoders skip both.
    while (file.u8(at) != 0xFF) ++at;
    while (file.u8(at) == 0xFF) ++at;
    const std::uint8_t marker = file.u8(at++);
    if (marker == kStartOfScan || marker == kEndOfImage) return;
    const bool bare = marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
    if (bare) continue;
    const std::uint32_t length = file.big16(at);
    if (length < 2) file.fail(str("JPEG segment at offset ", at, " has length ", length));
    if (!visit(marker, file.slice(at + 2, length - 2))) return;
    at += length;
  }
}

namespace {

std::string_view chunk_name(const ByteView& file, std::size_t offset) {
  const std::span<const std::byte> name = file.slice(offset, 4).bytes();
  return {reinterpret_cast<const char*>(name.data()), name.size()};
}

}  // namespace

void walk_png(const ByteView& file, const std::function<bool(const Chunk&)>& visit) {
  constexpr std::size_t kSignature = 8, kFrame = 12;  // a chunk is length, name, payload, CRC
  for (std::size_t at = kSignature;;) {
    const std::size_t length = file.big32(at);
    const ByteView whole = file.slice(at, length + kFrame);
    const ByteView checked = whole.slice(4, length + 4);  // the name and the payload
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(checked.bytes().data()),
                           static_cast<uInt>(checked.size()));
    if (crc != whole.big32(length + 8)) {
      file.fail(str("the PNG chunk at offset ", at, " does not match its checksum"));
    }
    const Chunk chunk{chunk_name(file, at + 4), whole.slice(8, length), whole};
    if (!visit(chunk) || chunk.name == "IEND") return;
    at += length + kFrame;
  }
}

void walk_webp(const ByteView& file, const std::function<bool(const Chunk&)>& visit) {
  constexpr std::size_t kRiffHeader = 12, kChunkHeader = 8;
  const std::size_t end = std::size_t{file.little32(4)} + 8;
  if (end > file.size()) {
    file.fail(str("the WebP header promises ", end, " bytes, the file has ", file.size()));
  }
  for (std::size_t at = kRiffHeader; at + kChunkHeader <= end;) {
    const std::size_t length = file.little32(at + 4);
    const ByteView whole = file.slice(at, length + kChunkHeader);
    if (!visit({chunk_name(file, at), whole.slice(kChunkHeader, length), whole})) return;
    at += whole.size() + length % 2;  // chunks start at even offsets
  }
}

std::optional<TiffValue> find_tiff_tag(const ByteView& tiff, std::uint32_t tag) {
  constexpr std::uint32_t kShort = 3, kLong = 4;
  const bool big = tiff.starts_with("MM");
  if (!big && !tiff.starts_with("II")) return std::nullopt;
  const auto u16 = [&](std::size_t at) { return big ? tiff.big16(at) : tiff.little16(at); };
  const auto u32 = [&](std::size_t at) { return big ? tiff.big32(at) : tiff.little32(at); };
  const std::size_t directory = u32(4);
  const std::uint32_t entries = u16(directory);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + std::size_t{12} * i;
    if (u16(entry) != tag) continue;
    const std::uint32_t type = u16(entry + 2);
    if (type == kShort) return TiffValue{u16(entry + 8), entry + 8 + (big ? 1 : 0)};
    if (type == kLong) return TiffValue{u32(entry + 8), entry + 8 + (big ? 3 : 0)};
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> tiff_tag(const ByteView& tiff, std::uint32_t tag) {
  const std::optional<TiffValue> found = find_tiff_tag(tiff, tag);
  return found ? std::optional(found->value) : std::nullopt;
}

}  // namespace vit
