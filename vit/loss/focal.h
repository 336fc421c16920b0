#pragma once

#include <torch/types.h>

namespace vit {

/// Focal loss of a softmax (Lin et al. 2017, equation 4): cross entropy whose terms are weighed by
/// (1 - p)^gamma, so that samples which are right already count less. logits [B, K]; targets [B]
/// int64 or [B, K] float. gamma 0 is cross entropy.
torch::Tensor focal_loss(const torch::Tensor& logits, const torch::Tensor& targets, double gamma,
                         double smoothing = 0.0);

}  // namespace vit
