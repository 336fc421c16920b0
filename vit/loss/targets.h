#pragma once

#include <torch/types.h>

namespace vit {

/// Whether targets are one distribution for each sample, [B, K] float, and not classes, [B] int64.
[[nodiscard]] bool is_soft(const torch::Tensor& targets);

/// Targets as distributions [B, K] float32: of classes, (1 - s) one-hot + s / K. Throws Error
/// (usage), in the name of `loss`, where the shapes do not fit.
[[nodiscard]] torch::Tensor soft_targets(const char* loss, const torch::Tensor& logits,
                                         const torch::Tensor& targets, double smoothing = 0.0);

/// Throws Error (usage) unless logits are [B, K] and targets [B] or [B, K].
void check_targets(const char* loss, const torch::Tensor& logits, const torch::Tensor& targets);

}  // namespace vit
