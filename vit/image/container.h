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

/// A field of the first directory of a TIFF structure: its type, and where its values stand.
struct TiffField {
  std::uint32_t type = 0;
  ByteView values;  ///< as many bytes as the field's count and type say
  bool big_endian = false;
};

/// A field of a TIFF file (BigTIFF too) or an EXIF block by its tag; none where there is no such
/// field, or its type is none that TIFF knows. Throws Error (data) where the structure is cut off.
[[nodiscard]] std::optional<TiffField> find_tiff_field(const ByteView& tiff, std::uint32_t tag);
/// The first value of a SHORT, LONG or LONG8 field; none where it is no such field, or larger than
/// 32 bits.
[[nodiscard]] std::optional<std::uint32_t> tiff_tag(const ByteView& tiff, std::uint32_t tag);

}  // namespace vit
