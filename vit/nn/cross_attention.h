#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "vit/nn/attend.h"
#include "vit/nn/linear.h"

namespace vit {

struct CrossAttentionOptions {
  std::int64_t dim = 0;         ///< D, of the queries and of the output
  std::int64_t memory_dim = 0;  ///< D_mem, of what is looked at; 0: dim
  std::int64_t num_heads = 8;
  bool qkv_bias = true;
  bool proj_bias = true;
  double attn_drop = 0.0;  ///< dropout of the attention weights
  double proj_drop = 0.0;  ///< dropout of the output
};

/// Keys and values of a sequence, each [B, H, N, Dh]: what is kept of it while it is looked at step
/// by step.
struct KeysAndValues {
  torch::Tensor k, v;
};

/// Multi-head attention to another sequence (Vaswani et al. 2017, section 3.2.3, "encoder-decoder
/// attention"): queries from x [B, M, D], keys and values from memory [B, N, D_mem] -> [B, M, D].
/// With x itself for its memory it is self-attention, whose keys and values can be kept.
/// Throws Error (usage) where dim is not a multiple of num_heads.
class CrossAttentionImpl : public torch::nn::Cloneable<CrossAttentionImpl> {
 public:
  explicit CrossAttentionImpl(const CrossAttentionOptions& options);
  void reset() override;
  /// A query that sees no token of the memory gives zeros to `proj`. Throws Error (usage) for other
  /// shapes.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& memory,
                        const AttentionMask& mask = {});
  /// The two halves of it: keys and values of a memory, and what x sees in them.
  [[nodiscard]] KeysAndValues project(const torch::Tensor& memory);
  [[nodiscard]] torch::Tensor look(const torch::Tensor& x, const KeysAndValues& memory,
                                   const AttentionMask& mask = {});

  CrossAttentionOptions options;
  Linear q_proj{nullptr}, k_proj{nullptr}, v_proj{nullptr}, proj{nullptr};

 private:
  [[nodiscard]] torch::Tensor heads(const torch::Tensor& joined) const;  // [B, H, M or N, Dh]
};
TORCH_MODULE(CrossAttention);

}  // namespace vit
