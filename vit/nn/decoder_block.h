#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "vit/nn/cross_attention.h"
#include "vit/nn/mlp.h"
#include "vit/nn/norm.h"
#include "vit/nn/residual.h"

namespace vit {

struct DecoderBlockOptions {
  std::int64_t dim = 0;         ///< D
  std::int64_t memory_dim = 0;  ///< D_mem, of what it looks at; 0: dim
  std::int64_t num_heads = 8;   ///< of both attentions
  double mlp_ratio = 4.0;       ///< hidden width of the MLP by dim
  NormOptions norm{};
  double drop = 0.0;       ///< dropout of attention weights, projections and MLP
  double drop_path = 0.0;  ///< of each branch
};

/// One pre-norm decoder block (Vaswani et al. 2017, section 3.1, with the norms where Xiong et al.
/// 2020 put them): x + SelfAttention(LN(x)), then x + CrossAttention(LN(x), memory), then
/// x + MLP(LN(x)). x [B, M, D], memory [B, N, D_mem] -> [B, M, D].
class DecoderBlockImpl : public torch::nn::Cloneable<DecoderBlockImpl> {
 public:
  /// What is kept between steps: of the tokens so far, and of the memory. Undefined at first.
  struct Cache {
    KeysAndValues tokens, memory;
  };

  explicit DecoderBlockImpl(const DecoderBlockOptions& options);
  void reset() override;
  /// `mask` is of the self-attention. With a cache, x are the tokens that follow those in it, which
  /// are looked at too; keys and values of the memory are made in the first step alone.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& memory,
                        const AttentionMask& mask = {.causal = true}, Cache* cache = nullptr);

  DecoderBlockOptions options;
  Norm norm1{nullptr}, norm2{nullptr}, norm3{nullptr};
  CrossAttention self_attn{nullptr};  ///< to the tokens themselves
  CrossAttention cross_attn{nullptr};
  Mlp mlp{nullptr};

 private:
  [[nodiscard]] ResidualBranch branch(const torch::Tensor& value) const;
};
TORCH_MODULE(DecoderBlock);

}  // namespace vit
