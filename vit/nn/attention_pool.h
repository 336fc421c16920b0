#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "vit/nn/attention.h"
#include "vit/nn/mlp.h"

namespace vit {

struct AttentionPoolOptions {
  std::int64_t dim = 0;
  std::int64_t num_heads = 8;
  double mlp_ratio = 4.0;
  NormOptions norm{};
  Activation act = Activation::gelu;
};

/// Pooling by attention with one learned query ("MAP head", Zhai et al. 2022, "Scaling Vision
/// Transformers", section 3.1; SigLIP): p = proj(attention(latent, tokens)), then p + MLP(LN(p)).
/// tokens [B, N, D] -> [B, D]. Names are timm's AttentionPoolLatent.
class AttentionPoolImpl : public torch::nn::Cloneable<AttentionPoolImpl> {
 public:
  explicit AttentionPoolImpl(const AttentionPoolOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& tokens);

  AttentionPoolOptions options;
  torch::Tensor latent;  ///< [1, 1, D]
  Linear q{nullptr}, kv{nullptr}, proj{nullptr};
  Norm norm{nullptr};
  Mlp mlp{nullptr};
};
TORCH_MODULE(AttentionPool);

}  // namespace vit
