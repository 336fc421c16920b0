#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vit/core/fields.h"

/// Losses of logits [B, C, H, W] against masks [B, H, W] (uint8 or int64) that hold the class of
/// each pixel, or 255 where a pixel does not count. All are computed in float32. Masks that hold
/// nothing but 255 give exactly 0 and gradients of 0. Each throws Error (usage) where the shapes
/// do not fit and Error (data) where a label is neither a class nor 255; looking for one waits for
/// the device.
namespace vit {

inline constexpr std::int64_t kIgnoredLabel = 255;

/// The mean cross entropy of the pixels that count. `class_weights` [C] weigh the terms; the mean
/// is over the weights then, as in torch.nn.CrossEntropyLoss.
[[nodiscard]] torch::Tensor pixel_cross_entropy(const torch::Tensor& logits,
                                                const torch::Tensor& masks,
                                                const torch::Tensor& class_weights = {});

/// Soft dice loss (Milletari et al. 2016) of the softmax p against the one-hot truth t: the mean
/// over the classes c that are in the truth of this batch of
///   1 - (2 sum p_c t_c + smooth) / (sum p_c + sum t_c + smooth),
/// sums over all pixels of the batch that count. (segmentation_models' multi-class loss with the
/// mean over the present classes; mmseg squares p, and leaves ignored pixels in the denominator.)
[[nodiscard]] torch::Tensor dice_loss(const torch::Tensor& logits, const torch::Tensor& masks,
                                      double smooth = 1.0);

struct SegLossOptions {
  double ce = 1.0;                      ///< weight of pixel_cross_entropy
  double dice = 0.0;                    ///< weight of dice_loss
  double dice_smooth = 1.0;             ///< pixels
  std::vector<double> class_weights{};  ///< of cross entropy, one a class; empty: all 1
};
void describe(FieldVisitor& visitor, SegLossOptions& options);

/// The parts of a loss by name (`ce`, `dice`), each times its weight, so that the loss is their
/// sum; parts with weight 0 are left out. Throws Error (usage) where no part is left or the number
/// of class weights is not C.
[[nodiscard]] std::vector<std::pair<std::string, torch::Tensor>> seg_loss(
    const torch::Tensor& logits, const torch::Tensor& masks, const SegLossOptions& options = {});

}  // namespace vit
