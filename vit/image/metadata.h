#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "vit/image/byte_view.h"
#include "vit/image/header.h"

/// What picture files carry beside their pixels: for what Pillow knows about orientation.
namespace vit {

/// The EXIF block of a JPEG, PNG (also as ImageMagick writes it in text) or WebP file: a TIFF
/// structure. None where there is none. Throws Error (data) where the file is cut off before it.
[[nodiscard]] std::optional<std::vector<std::byte>> exif_block(const ByteView& file,
                                                               ImageFormat format);

/// The XMP packet (XML) of a JPEG, PNG, WebP or TIFF file.
[[nodiscard]] std::optional<std::string> xmp_packet(const ByteView& file, ImageFormat format);

/// The orientation that an XMP packet names, 0 to 9; none where it names none.
[[nodiscard]] std::optional<int> xmp_orientation(const std::string& xmp);

/// How a TIFF file's own orientation wants it turned, 1 to 8; 1 for what is no orientation. In TIFF
/// it is part of the format. Throws Error (data) for a directory that is cut off.
[[nodiscard]] int tiff_orientation(const ByteView& file);

}  // namespace vit
