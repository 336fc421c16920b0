#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "vit/image/image.h"

namespace vit {

/// Decodes a whole JPEG file to RGB by libjpeg, with its exact integer DCT and smooth chroma
/// upsampling, at 1/`reduction` of its size (1, 2, 4 or 8). Throws Error (data) for damage: see
/// decode_image.
[[nodiscard]] Image decode_jpeg(std::span<const std::byte> bytes, const std::string& where,
                                int reduction = 1);

}  // namespace vit
