#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "vit/image/header.h"
#include "vit/image/image.h"

namespace vit {

/// Decodes PNG, BMP, WebP or TIFF to RGB by OpenCV; `header` must be the file's own. Throws Error
/// (data): see decode_image.
[[nodiscard]] Image decode_opencv(std::span<const std::byte> bytes, const std::string& where,
                                  const ImageHeader& header);

}  // namespace vit
