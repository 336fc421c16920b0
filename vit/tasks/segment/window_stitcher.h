#pragma once

#include <torch/types.h>

#include "vit/core/fields.h"
#include "vit/image/image.h"

namespace vit {

/// Puts the logits of sliding windows together: each pixel of the image gets the mean of the
/// windows that it lies in. Softmax and resizing come after it, as in mmseg and Segmenter.
class WindowStitcher {
 public:
  /// Of an image of `image` pixels.
  explicit WindowStitcher(const Size2& image) : image_(image) {}

  /// Adds the logits [B, C, h, w] of one window, in float32; where they are larger than the window
  /// (of a padded image), what is on its right and below it is cut off. Throws Error (usage) where
  /// they are smaller, the window is not inside the image, or B and C change.
  void add(const torch::Tensor& logits, const PixelBox& window);

  /// [B, C, height, width], on the device of the logits. Throws Error (usage) where pixels are in
  /// no window.
  [[nodiscard]] torch::Tensor mean() const;

 private:
  Size2 image_;
  torch::Tensor sum_;    // [B, C, H, W]
  torch::Tensor count_;  // [1, 1, H, W], windows over each pixel
};

}  // namespace vit
