#pragma once

#include "vit/core/fields.h"
#include "vit/image/resize.h"

namespace vit {

struct EvalTransformOptions {
  Size2 img_size{224, 224};
  double crop_pct = 0.875;  ///< side of the crop / shorter side of the resized picture
  Filter interpolation = Filter::bicubic;
  bool squash = false;  ///< scale both sides to the crop's aspect instead of keeping the picture's
};

/// What timm does before it evaluates: the shorter side becomes floor(img_size / crop_pct)
/// (crop_mode `squash`: both sides do), then the centre is cut out. The picture has img_size
/// afterwards, 8 bits, not normalised. Throws Error (data) for a picture so long that its size
/// after scaling is no number of pixels.
[[nodiscard]] Image eval_transform(const Image& image, const EvalTransformOptions& options);

}  // namespace vit
