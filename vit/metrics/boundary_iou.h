#pragma once

#include <cstdint>
#include <span>

namespace vit {

/// The width in pixels of the rim that Boundary IoU looks at: 2 % of the image's diagonal, rounded,
/// at least 1 (Cheng et al. 2021, section 5).
[[nodiscard]] int boundary_width(int height, int width);

/// Boundary IoU of two masks (Cheng et al. 2021, equation 3): the IoU of their rims, of the pixels
/// that are in a mask and within `rim` pixels of its contour. The masks are row by row, height *
/// width pixels, any value but 0 is in; what is beyond the image's border is outside. NaN where
/// both are empty.
[[nodiscard]] double boundary_iou(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                                  int height, int width, int rim);

}  // namespace vit
