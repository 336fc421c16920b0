#pragma once

#include <torch/types.h>

namespace vit {

/// Which patches a training step keeps: a random part of 1 - `rate` of `count` patches for each of
/// `batch` pictures (Li et al. 2023, FLIP; timm's patch_drop_rate), at least one. Returns positions
/// [batch, kept] int64, on `device`. Needs a RandomScope.
[[nodiscard]] torch::Tensor kept_patches(std::int64_t batch, std::int64_t count, double rate,
                                         torch::Device device);

/// The prefix tokens and the kept patches of tokens [B, prefix + N, D].
[[nodiscard]] torch::Tensor drop_patches(const torch::Tensor& tokens, const torch::Tensor& kept,
                                         std::int64_t prefix_tokens);

}  // namespace vit
