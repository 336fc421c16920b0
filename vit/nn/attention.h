#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "vit/nn/linear.h"

namespace vit {

struct AttentionOptions {
  std::int64_t dim = 0;
  std::int64_t num_heads = 8;
  bool qkv_bias = true;
  bool qk_norm = false;  ///< layer norm of queries and keys, for each head
  double norm_eps = 1e-6;
  double attn_drop = 0.0;  ///< dropout of the attention weights
  double proj_drop = 0.0;  ///< dropout of the output
};

/// Multi-head self-attention (Vaswani et al. 2017, section 3.2; Dosovitskiy et al. 2021, appendix
/// A): softmax(q k^T / sqrt(Dh)) v in each of H heads of width Dh = dim / H. x [B, N, D] -> [B, N,
/// D]. Throws Error (usage) where dim is not a multiple of num_heads.
class MultiHeadAttentionImpl : public torch::nn::Cloneable<MultiHeadAttentionImpl> {
 public:
  explicit MultiHeadAttentionImpl(const AttentionOptions& options);
  void reset() override;

  /// Through LibTorch's fused scaled_dot_product_attention.
  torch::Tensor forward(const torch::Tensor& x);

  struct WithWeights {
    torch::Tensor output;   ///< [B, N, D]
    torch::Tensor weights;  ///< [B, H, N, N]; each row sums to 1
  };
  /// The plain formula, for looking at the weights and as the reference of the fused path.
  WithWeights forward_with_weights(const torch::Tensor& x);

  AttentionOptions options;
  Linear qkv{nullptr}, proj{nullptr};
  torch::nn::LayerNorm q_norm{nullptr}, k_norm{nullptr};

 private:
  struct Heads {
    torch::Tensor q, k, v;  // each [B, H, N, Dh]
  };
  Heads split_heads(const torch::Tensor& x);
  torch::Tensor merge_heads(const torch::Tensor& per_head);
};
TORCH_MODULE(MultiHeadAttention);

}  // namespace vit
