#pragma once

#include "vit/image/image.h"

namespace vit {

/// Every bit as Pillow's `ImageFilter.GaussianBlur(radius)`: three passes of a box of fractional
/// width along each axis (Gwosdek et al. 2011); the border is repeated. `radius` is the standard
/// deviation in pixels, 0 to 1000.
[[nodiscard]] Image gaussian_blur(const Image& image, double radius);

}  // namespace vit
