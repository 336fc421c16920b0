#pragma once

#include <torch/types.h>

#include "vit/loss/set_matching.h"

namespace vit {

/// Losses of masks that were looked at in points, summed over the masks.
struct MaskLosses {
  torch::Tensor bce;   ///< binary cross entropy, mean over the points of a mask
  torch::Tensor dice;  ///< 1 - (2 p t + 1) / (p + t + 1), each a sum over points (Milletari 2016)
};
/// Mask2Former's (Cheng et al. 2022, section 3.3): logits and targets (0 or 1) [K, P].
[[nodiscard]] MaskLosses mask_losses(const torch::Tensor& logits, const torch::Tensor& targets);

/// The same of every pair of a query, logits [Q, P], and an object, targets [M, P]: the parts
/// `mask_ce` and `mask_dice` of a matching, weighted.
[[nodiscard]] CostParts mask_costs(const torch::Tensor& logits, const torch::Tensor& targets,
                                   double bce_weight, double dice_weight);

}  // namespace vit
