#pragma once

#include <torch/types.h>

namespace vit::kernels {

/// Whether `fused_linear` takes this: on the CPU, float32 weights whose widths are multiples of 32,
/// in a type for which this CPU has fast products of ours, and no trace being recorded.
[[nodiscard]] bool fused_linear_applies(const torch::Tensor& x, const torch::Tensor& weight);

/// x W^T + bias, x [..., in], weight [out, in], bias [out] or undefined -> [..., out]. Computed in
/// bfloat16 under autocast, with sums in float32, else in float32; gradients of weight and bias are
/// float32, summed in float32.
torch::Tensor fused_linear(const torch::Tensor& x, const torch::Tensor& weight,
                           const torch::Tensor& bias);

/// fc2(GELU(fc1(x))), both as fused_linear, with the exact GELU; needs both biases. Keeps fc1(x)
/// for the backward pass, which makes GELU's value again: half of the memory that eager takes.
torch::Tensor fused_mlp(const torch::Tensor& x, const torch::Tensor& weight1,
                        const torch::Tensor& bias1, const torch::Tensor& weight2,
                        const torch::Tensor& bias2);

}  // namespace vit::kernels
