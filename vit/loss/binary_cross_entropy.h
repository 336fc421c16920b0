#pragma once

#include <torch/types.h>

#include <optional>

namespace vit {

struct BinaryCrossEntropyOptions {
  double smoothing = 0.0;           ///< of targets that are classes
  std::optional<double> threshold;  ///< targets above it count as 1, others as 0
  bool sum_classes = false;         ///< sum over classes, mean over samples; false: mean over both
};

/// Each class as a yes-or-no question (Wightman et al. 2021, "ResNet strikes back"; DeiT-III), as
/// timm's BinaryCrossEntropy, in float32. logits [B, K]; targets: classes [B] int64, or a number in
/// [0, 1] for each class, [B, K] float.
torch::Tensor binary_cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets,
                                   const BinaryCrossEntropyOptions& options = {});

}  // namespace vit
