#pragma once

#include <torch/types.h>

namespace vit {

/// Focal loss of independent classes (Lin et al. 2017, equation 5), summed over all elements, as
/// torchvision.ops.sigmoid_focal_loss: binary cross entropy weighed by (1 - p_t)^gamma, and by
/// `alpha` where an object is and 1 - alpha where none is. logits and targets (0..1) of any one
/// shape; computed in float32.
[[nodiscard]] torch::Tensor sigmoid_focal_loss(const torch::Tensor& logits,
                                               const torch::Tensor& targets, double alpha = 0.25,
                                               double gamma = 2.0);

}  // namespace vit
