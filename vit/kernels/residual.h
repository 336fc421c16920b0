#pragma once

#include <torch/types.h>

namespace vit::kernels {

/// A residual branch, and what it is multiplied with before it is added.
struct ResidualBranch {
  torch::Tensor value;     ///< [B, ..., D], float32 or bfloat16
  torch::Tensor channels;  ///< [D] float32, LayerScale's gamma; undefined: 1
  torch::Tensor samples;   ///< [B], drop path's factors, without gradient; undefined: 1
};

/// x + value * channels * samples in float32, in one pass over memory each way. x is one that
/// fused_norm_applies to, of the value's shape.
torch::Tensor fused_add(const torch::Tensor& x, const ResidualBranch& branch);

}  // namespace vit::kernels
