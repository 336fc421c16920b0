#pragma once

#include <torch/types.h>

namespace vit {

/// Mean cross entropy in float32. logits [B, K], labels [B] int64 in [0, K). With `smoothing` s the
/// target is (1 - s) one-hot + s / K (Szegedy et al. 2016, section 7), as timm and PyTorch define
/// it.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                            double smoothing = 0.0);

}  // namespace vit
