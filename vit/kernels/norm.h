#pragma once

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include "vit/kernels/residual.h"

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
NormedSum fused_add_layer_norm(const torch::Tensor& x, const ResidualBranch& branch,
                               const torch::Tensor& weight, const torch::Tensor& bias, double eps);

/// What a function is to save whose backward pass needs its input x: x, or nothing where x is the
/// result of a norm above. The norm keeps what it was made from, and is made again, bit for bit.
[[nodiscard]] torch::Tensor to_keep(torch::autograd::AutogradContext* context,
                                    const torch::Tensor& x);
/// In the backward pass, from what was saved, x.
[[nodiscard]] torch::Tensor as_kept(torch::autograd::AutogradContext* context,
                                    const torch::Tensor& saved);

}  // namespace vit::kernels
