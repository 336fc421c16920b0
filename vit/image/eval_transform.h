#pragma once

#include "vit/core/fields.h"
#include "vit/image/image.h"
#include "vit/image/resize.h"

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

/// The steps of an evaluation transform: the image is scaled, then `seen` is cut out of it, which
/// reaches beyond it where there are too few pixels.
struct EvalSteps {
  int width = 0, height = 0;  ///< of the whole image after scaling
  PixelBox seen;
};

/// The steps for an image of this size. Throws Error (data) for an image so long that its size
/// after scaling is no number of pixels.
[[nodiscard]] EvalSteps eval_steps(const Image& image, const EvalTransformOptions& options);

/// The image, or its mask, after the steps. Of what is scaled only what is seen is computed.
[[nodiscard]] Image take_steps(const Image& image, const EvalSteps& steps, Filter filter,
                               const Colour& fill);

/// What timm does before it evaluates, and with `floor_offset` what transformers does: the side
/// that fits becomes floor(img_size / crop_pct), then the centre is cut out. The image has img_size
/// afterwards (or with Scaling::whole its own shape), 8 bits, not normalised. Throws as eval_steps.
[[nodiscard]] Image eval_transform(const Image& image, const EvalTransformOptions& options);

}  // namespace vit
