#pragma once

#include <torch/types.h>

namespace vit {

/// Mean cross entropy in float32. logits [B, K]; targets: classes [B] int64 in [0, K), or a
/// distribution over them for each sample, [B, K] float, as mixup makes them.
///
/// With `smoothing` s the target of a class is (1 - s) one-hot + s / K (Szegedy et al. 2016,
/// section 7), as timm and PyTorch define it; distributions are taken as they are. `class_weights`
/// [K] weigh the terms; the mean is over the weights then.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets,
                            double smoothing = 0.0, const torch::Tensor& class_weights = {});

}  // namespace vit
