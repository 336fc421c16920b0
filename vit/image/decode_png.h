#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "vit/image/image.h"

namespace vit {

/// Decodes a PNG file to RGB; of 16-bit colours the high byte is kept, 16-bit grey is clipped at
/// 255, and an index that the palette has no colour for is the black, all as with
/// Pillow. Throws Error (data), also where any chunk does not match its checksum.
[[nodiscard]] Image decode_png(std::span<const std::byte> bytes, const std::string& where);

}  // namespace vit
