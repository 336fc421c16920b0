#include "vit/image/container.h"

#include <zlib.h>

#include <array>
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

std::optional<TiffField> find_tiff_field(const ByteView& tiff, std::uint32_t tag) {
  // Bytes of a value of each type; 13 is an offset, 16 to 18 are BigTIFF's.
  constexpr std::array<std::uint8_t, 19> kTypeBytes = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4,
                                                       8, 4, 8, 4, 0, 0, 8, 8, 8};
  const bool big_endian = tiff.starts_with("MM");
  if (!big_endian && !tiff.starts_with("II")) return std::nullopt;
  const auto u16 = [&](std::size_t at) { return big_endian ? tiff.big16(at) : tiff.little16(at); };
  const auto u32 = [&](std::size_t at) { return big_endian ? tiff.big32(at) : tiff.little32(at); };
  const bool wide = u16(2) == 43;  // BigTIFF: counts and offsets of 8 bytes
  const auto offset = [&](std::size_t at) -> std::size_t {
    if (!wide) return u32(at);
    const std::uint64_t high = u32(big_endian ? at : at + 4), low = u32(big_endian ? at + 4 : at);
    return static_cast<std::size_t>(high << 32 | low);
  };
  const std::size_t directory = offset(wide ? 8 : 4), first = wide ? 8 : 2,
                    entry_bytes = wide ? 20 : 12;
  const std::size_t in_place = wide ? 8 : 4;  // values that are no longer stand in the entry itself
  const std::size_t entries = wide ? offset(directory) : u16(directory);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + first + entry_bytes * i;
    if (u16(entry) != tag) continue;
    const std::uint32_t type = u16(entry + 2);
    const std::size_t bytes = type < kTypeBytes.size() ? kTypeBytes[type] : 0;
    const std::size_t count = offset(entry + 4);
    if (bytes == 0 || count > tiff.size()) return std::nullopt;
    const std::size_t values = entry + 4 + in_place;
    const std::size_t at = bytes * count > in_place ? offset(values) : values;
    return TiffField{type, tiff.slice(at, bytes * count), big_endian};
  }
  return std::nullopt;
}

std::optional<std::uint32_t> tiff_tag(const ByteView& tiff, std::uint32_t tag) {
  constexpr std::uint32_t kShort = 3, kLong = 4, kLong8 = 16;
  const std::optional<TiffField> field = find_tiff_field(tiff, tag);
  if (!field || field->values.size() == 0) return std::nullopt;
  const ByteView& values = field->values;
  const auto u32 = [&](std::size_t at) {
    return field->big_endian ? values.big32(at) : values.little32(at);
  };
  switch (field->type) {
    case kShort: return field->big_endian ? values.big16(0) : values.little16(0);
    case kLong: return u32(0);
    case kLong8:
      if (u32(field->big_endian ? 0 : 4) != 0) return std::nullopt;
      return u32(field->big_endian ? 4 : 0);
    default: return std::nullopt;
  }
}

}  // namespace vit
