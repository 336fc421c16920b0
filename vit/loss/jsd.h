#pragma once

#include <torch/types.h>

namespace vit {

/// Cross entropy of the clean pictures plus `alpha` times the Jensen-Shannon divergence of the
/// predictions for each picture's `splits` versions (Hendrycks et al. 2020, AugMix, section 3), as
/// timm's JsdCrossEntropy. logits [splits * B, K], the clean version of all pictures first; targets
/// [splits * B] int64.
torch::Tensor jsd_cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets,
                                std::int64_t splits = 3, double alpha = 12.0,
                                double smoothing = 0.1);

}  // namespace vit
