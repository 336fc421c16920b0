#pragma once

#include <array>

#include "vit/image/image.h"
#include "vit/image/resize.h"

namespace vit {

/// Where a pixel of the result comes from: x' = a x + b y + c, y' = d x + e y + f, as Pillow's
/// `Image.transform(size, AFFINE, (a, b, c, d, e, f))` takes it.
using AffineMatrix = std::array<double, 6>;

/// Every bit as Pillow's `Image.transform(image.size, AFFINE, matrix, resample, fillcolor=fill)`
/// for nearest, bilinear and bicubic. Throws Error (usage) for another filter. Up to four channels.
[[nodiscard]] Image transform_affine(const Image& image, const AffineMatrix& matrix, Filter filter,
                                     const Colour& fill);

/// The matrix of Pillow's `Image.rotate`: counter-clockwise about the middle of a picture.
[[nodiscard]] AffineMatrix rotation(double degrees, int width, int height);

/// Every bit as Pillow's `Image.rotate(degrees, resample, fillcolor=fill)`: multiples of a quarter
/// turn move pixels, everything else is resampled.
[[nodiscard]] Image rotate(const Image& image, double degrees, Filter filter, const Colour& fill);

}  // namespace vit
