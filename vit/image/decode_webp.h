#pragma once

#include <span>

#include "vit/image/header.h"
#include "vit/image/image.h"

namespace vit {

/// Decodes a WebP file to RGB, of an animation the first frame; `header` must be the file's own.
/// Throws Error (data).
[[nodiscard]] Image decode_webp(std::span<const std::byte> bytes, const std::string& where,
                                const ImageHeader& header);

}  // namespace vit
