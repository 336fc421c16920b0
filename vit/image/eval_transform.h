#pragma once

#include "vit/core/fields.h"
#include "vit/image/image.h"
#include "vit/image/resize.h"
#include "vit/image/scaled_crop.h"

namespace vit {

/// How an image is brought to the scale of a model's input, before the centre is cut out.
enum class Scaling {
  cover,    ///< the shorter side fits; the crop leaves out what stands over
  contain,  ///< the longer side fits; a border fills what is missing
  squash,   ///< both sides fit, whatever that does to the aspect
  none,     ///< not at all
  whole,    ///< the shorter side fits img_size itself, and nothing is cut out
};

struct EvalTransformOptions {
  Size2 img_size{224, 224};
  double crop_pct = 0.875;  ///< side of the crop / side of the resized image that fits
  Filter interpolation = Filter::bicubic;
  Scaling scaling = Scaling::cover;
  Colour fill{};              ///< of what lies outside the resized image
  bool floor_offset = false;  ///< half pixels of the crop's offset are rounded down
};

/// How an image of this size is scaled and cut. Throws Error (data) for an image so long that its
/// size after scaling is no number of pixels.
[[nodiscard]] ScaledCrop eval_crop(const Image& image, const EvalTransformOptions& options);

/// What timm does before it evaluates, and with `floor_offset` what transformers does: the side
/// that fits becomes floor(img_size / crop_pct), then the centre is cut out. The image has img_size
/// afterwards (or with Scaling::whole its own shape), 8 bits, not normalised. Throws as eval_crop.
[[nodiscard]] Image eval_transform(const Image& image, const EvalTransformOptions& options);

}  // namespace vit
