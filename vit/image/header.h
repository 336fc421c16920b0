#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace vit {

/// The formats that are decoded; the file's first bytes decide, never its name.
enum class ImageFormat { jpeg, png, bmp, webp, pnm, tiff };

/// What a picture file says about itself before any pixel is decoded.
struct ImageHeader {
  ImageFormat format = ImageFormat::jpeg;
  /// As stored, before any EXIF orientation, but for TIFF, whose orientation is part of the format;
  /// both positive.
  std::int64_t width = 0, height = 0;
};

/// Reads the header of a picture. Throws Error (data), naming `where`, for an empty file, an
/// unknown or unsupported format, or a header that is cut off or contradicts itself.
[[nodiscard]] ImageHeader read_image_header(std::span<const std::byte> bytes,
                                            const std::string& where);

/// The EXIF orientation, 1 to 8, or where EXIF has none that of the XMP packet, as Pillow reads
/// them; 1 (upright) where there is none or what should hold it is malformed. Always 1 for TIFF,
/// whose orientation is part of the format and applied when decoding.
[[nodiscard]] int exif_orientation(std::span<const std::byte> bytes, ImageFormat format);

}  // namespace vit
