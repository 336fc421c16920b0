#pragma once

#include "vit/image/image.h"

/// Pillow's ImageEnhance, every bit: each is a blend of a degenerate picture (factor 0) with the
/// picture itself (factor 1); larger factors go beyond it. RGB pictures.
namespace vit {

/// first + factor (second - first), in float32 and truncated, as Pillow's `Image.blend`.
[[nodiscard]] Image blend(const Image& first, const Image& second, double factor);

/// Luma of ITU-R 601-2 in three equal channels: Pillow's `convert("L").convert("RGB")`.
[[nodiscard]] Image to_grey(const Image& image);

/// From black.
[[nodiscard]] Image adjust_brightness(const Image& image, double factor);
/// From the mean of the luma.
[[nodiscard]] Image adjust_contrast(const Image& image, double factor);
/// From grey; Pillow calls this Color, torchvision saturation.
[[nodiscard]] Image adjust_saturation(const Image& image, double factor);
/// From the picture smoothed by the 3 x 3 kernel (1 1 1, 1 5 1, 1 1 1) / 13; the outermost pixels
/// stay.
[[nodiscard]] Image adjust_sharpness(const Image& image, double factor);

/// Turns the hue by `shift` of the whole circle, -0.5 to 0.5, through Pillow's 8-bit HSV as
/// torchvision's adjust_hue.
[[nodiscard]] Image adjust_hue(const Image& image, double shift);

}  // namespace vit
