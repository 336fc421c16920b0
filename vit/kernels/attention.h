#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>

namespace vit::kernels {

/// Whether `fused_attention` takes the packed projection of x [B, N, dim]: a type and CPU for which
/// there are kernels, and heads whose width is a multiple of 16.
[[nodiscard]] bool fused_attention_applies(const torch::Tensor& x, std::int64_t dim,
                                           std::int64_t heads);

struct FusedAttentionOptions {
  std::optional<double> scale{};  ///< of the products; none: 1 / sqrt(Dh)
  bool causal = false;            ///< a token sees itself and those before it
};

/// softmax(q k^T / sqrt(Dh)) v of each head, forward and backward without a copy of q, k or v.
/// qkv [B, N, 3 H Dh] float32 or bfloat16, as one linear layer gives it -> [B, N, H Dh].
torch::Tensor fused_attention(const torch::Tensor& qkv, std::int64_t heads,
                              const FusedAttentionOptions& options = {});

}  // namespace vit::kernels
