#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "vit/nn/layer_scale.h"
#include "vit/nn/transformer_block.h"

namespace vit {

/// Attention and MLP side by side after one norm, with one projection into both (ViT-22B, Dehghani
/// et al. 2023, section 2.1): x + Attention(LN(x)) + MLP(LN(x)). x [B, N, D] -> [B, N, D].
/// Rotary encodings are taken; relative biases and other MLPs than the plain one are not: throws
/// Error (usage).
class ParallelScalingBlockImpl : public torch::nn::Cloneable<ParallelScalingBlockImpl>,
                                 public TransformerBlock {
 public:
  explicit ParallelScalingBlockImpl(const EncoderBlockOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x, const Rotation* rotation = nullptr,
                        Size2 grid = {}) override;

  EncoderBlockOptions options;
  Norm in_norm{nullptr}, q_norm{nullptr}, k_norm{nullptr};
  Linear in_proj{nullptr};  ///< [hidden + 3 D, D]: the MLP's first layer, then q, k and v
  torch::Tensor mlp_bias;   ///< [hidden], where in_proj has no bias
  Linear attn_out_proj{nullptr}, mlp_out_proj{nullptr};
  LayerScale ls{nullptr};
};
TORCH_MODULE(ParallelScalingBlock);

}  // namespace vit
