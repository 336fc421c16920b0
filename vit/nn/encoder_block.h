#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <optional>

#include "vit/nn/attention.h"
#include "vit/nn/layer_scale.h"
#include "vit/nn/mlp.h"
#include "vit/nn/residual.h"
#include "vit/nn/transformer_block.h"

namespace vit {

/// One pre-norm encoder block (Dosovitskiy et al. 2021, equations 2 and 3):
/// x + Attention(LN(x)), then x + MLP(LN(x)). x [B, N, D] -> [B, N, D].
class EncoderBlockImpl : public torch::nn::Cloneable<EncoderBlockImpl>, public TransformerBlock {
 public:
  explicit EncoderBlockImpl(const EncoderBlockOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x, const Rotation* rotation = nullptr,
                        Size2 grid = {}) override;

  EncoderBlockOptions options;
  Norm norm1{nullptr}, norm2{nullptr};
  MultiHeadAttention attn{nullptr};
  LayerScale ls1{nullptr}, ls2{nullptr};
  torch::Tensor gamma_1, gamma_2;  ///< [D], LayerScale under the names of timm's Eva
  Mlp mlp{nullptr};

 private:
  [[nodiscard]] ResidualBranch branch(const torch::Tensor& value, const LayerScale& scale,
                                      const torch::Tensor& gamma) const;
};
TORCH_MODULE(EncoderBlock);

}  // namespace vit
