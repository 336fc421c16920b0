#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "vit/image/image.h"

namespace vit {

struct JpegOptions {
  int reduction = 1;  ///< the picture at 1/1, 1/2, 1/4 or 1/8 of its size, rounded up
  bool fast = false;  ///< computes the inverse DCT less exactly
};

/// Decodes a JPEG file to RGB by libjpeg, with its exact integer DCT and smooth chroma upsampling
/// unless told otherwise. With a `window` (in pixels of the result, and inside it), decodes those
/// pixels only: each as in the whole picture. Throws Error (data) for damage: see decode_image.
[[nodiscard]] Image decode_jpeg(std::span<const std::byte> bytes, const std::string& where,
                                const JpegOptions& options = {},
                                const std::optional<PixelBox>& window = std::nullopt);

}  // namespace vit
