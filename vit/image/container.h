#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "vit/image/byte_view.h"

/// The file formats as sequences of tagged pieces; what is in the pieces is for others to say.
namespace vit {

/// Visits the marker segments of a JPEG file before the first scan. `visit` gets the marker's
/// second byte (0xE1 is APP1) and the payload; it returns false to stop.
void walk_jpeg(const ByteView& file,
               const std::function<bool(std::uint8_t marker, const ByteView& payload)>& visit);

/// A chunk of a PNG or RIFF (WebP) file: its four-letter name, its payload, and all its bytes.
struct Chunk {
  std::string_view name;
  ByteView payload, whole;
};

/// Visits the chunks of a PNG file up to IEND and checks the CRC of each. Bytes after IEND are
/// ignored, as every decoder does.
void walk_png(const ByteView& file, const std::function<bool(const Chunk&)>& visit);

/// Visits the chunks of a WebP file.
void walk_webp(const ByteView& file, const std::function<bool(const Chunk&)>& visit);

/// A number in a TIFF structure, and where its lowest byte stands.
struct TiffValue {
  std::uint32_t value = 0;
  std::size_t low_byte = 0;
};

/// The first value of a SHORT or LONG tag in the first directory of a TIFF structure (a TIFF file
/// or an EXIF block).
[[nodiscard]] std::optional<TiffValue> find_tiff_tag(const ByteView& tiff, std::uint32_t tag);
/// Its value alone.
[[nodiscard]] std::optional<std::uint32_t> tiff_tag(const ByteView& tiff, std::uint32_t tag);

}  // namespace vit
