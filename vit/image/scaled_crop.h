#pragma once

#include "vit/image/image.h"
#include "vit/image/resize.h"

namespace vit {

/// A part of a scaled image: the whole of it would have width x height pixels, and `part` is cut
/// out, which holds some of it and may reach beyond it on any side.
struct ScaledCrop {
  int width = 0, height = 0;
  PixelBox part;
};

/// Scales an image by `filter` and cuts out the part; `fill` is what lies outside. Each pixel is
/// the one of the whole scaled image, of which no more than the part is computed.
[[nodiscard]] Image scaled_crop(const Image& image, const ScaledCrop& wanted, Filter filter,
                                const Colour& fill);

}  // namespace vit
