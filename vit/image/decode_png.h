#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "vit/image/image.h"

namespace vit {

/// Decodes a PNG file to RGB; of 16-bit colours the high byte is kept, 16-bit grey is clipped at
/// 255, and an index that the palette has no colour for is the black, all as with
/// Pillow. Throws Error (data), also where any chunk does not match its checksum.
[[nodiscard]] Image decode_png(std::span<const std::byte> bytes, const std::string& where);

/// The values of a PNG file's only channel as they are stored, for files in which they are no
/// colours: a palette's indices, whatever its colours, and grey levels of any depth, not scaled.
/// Nothing for a file of several channels. Throws Error (data) as decode_png, and where a value is
/// larger than 255.
[[nodiscard]] std::optional<Image> decode_png_values(std::span<const std::byte> bytes,
                                                     const std::string& where);

}  // namespace vit
