#pragma once

#include <vector>

#include "vit/core/fields.h"
#include "vit/image/image.h"

namespace vit {

/// Where windows of `crop` pixels lie on an image that is larger: along each axis
/// ceil((length - crop) / stride) + 1 of them, a stride apart, the last one moved back until it
/// ends where the image does. That is the rule of mmseg and of Segmenter. Row by row from the top.
///
/// Along an axis where the image is smaller than the window there is one window, as long as the
/// image: who needs all windows of one size pads it on the right and at the bottom. Throws Error
/// (usage) unless image, crop and stride are at least 1, and where the stride is larger than the
/// crop, so that pixels would be left out.
[[nodiscard]] std::vector<PixelBox> sliding_windows(const Size2& image, const Size2& crop,
                                                    const Size2& stride);

}  // namespace vit
