#pragma once

#include <torch/types.h>

namespace vit::kernels {

/// Whether the functions below take x [..., D]: float32 on the CPU, D a multiple of 16, and a
/// fused_type.
[[nodiscard]] bool fused_norm_applies(const torch::Tensor& x);

/// Layer norm (Ba et al. 2016) of the last axis, in float32; the result is in the type of the
/// matrix products that follow, bfloat16 under autocast.
torch::Tensor fused_layer_norm(const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, double eps);

/// A residual connection and the norm after it, in one pass over memory each way.
struct NormedSum {
  torch::Tensor sum;     ///< x + branch, float32
  torch::Tensor normed;  ///< its layer norm
};
NormedSum fused_add_layer_norm(const torch::Tensor& x, const torch::Tensor& branch,
                               const torch::Tensor& weight, const torch::Tensor& bias, double eps);

/// x + branch in float32, branch float32 or bfloat16 of the same shape.
torch::Tensor fused_add(const torch::Tensor& x, const torch::Tensor& branch);

}  // namespace vit::kernels
