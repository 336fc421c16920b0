#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "vit/image/image.h"

namespace vit {

/// Decodes a BMP file to RGB: headers of 12, 40, 52, 56, 64, 108 and 124 bytes, 1, 4, 8, 16, 24 and
/// 32 bits a pixel, palettes, run lengths and the masks that Pillow knows; alpha is dropped. An
/// index that the palette has no colour for is black, as with Pillow. Throws Error
/// (data): as "not supported" what Pillow does not read either, such as 2 bits or other masks.
[[nodiscard]] Image decode_bmp(std::span<const std::byte> bytes, const std::string& where);

}  // namespace vit
