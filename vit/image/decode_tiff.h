#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "vit/image/image.h"

namespace vit {

/// Decodes the first picture of a TIFF or BigTIFF file to RGB by libtiff, turned upright as its
/// orientation says (which is part of the format), and otherwise as Pillow does: 1 to 8 bits are
/// scaled, 12 and 16-bit grey is clipped at 255, of 16-bit colours the high byte is kept, an alpha
/// that is multiplied into the colours is divided out of them, any other is dropped. Throws Error
/// (data): as "not supported" what Pillow does not read either, and floating point, signed and
/// 32-bit samples, whose range only their owner knows.
[[nodiscard]] Image decode_tiff(std::span<const std::byte> bytes, const std::string& where);

}  // namespace vit
