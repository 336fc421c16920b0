#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>

#include "vit/nn/layer_scale.h"
#include "vit/nn/residual.h"
#include "vit/nn/transformer_block.h"

namespace vit {

/// One branch of a ParallelThingsBlock: norm, then attention or MLP, then LayerScale and drop path.
/// x [B, N, D] -> [B, N, D].
class ParallelBranchImpl : public torch::nn::Cloneable<ParallelBranchImpl> {
 public:
  ParallelBranchImpl(const EncoderBlockOptions& options, bool attention);
  void reset() override;
  ResidualBranch forward(const torch::Tensor& x, const Rotation* rotation, Size2 grid = {});

  EncoderBlockOptions options;
  bool attention;
  Norm norm{nullptr};
  MultiHeadAttention attn{nullptr};
  Mlp mlp{nullptr};
  LayerScale ls{nullptr};
};
TORCH_MODULE(ParallelBranch);

/// Two attentions side by side, then two MLPs side by side (Touvron et al. 2022, "Three things
/// everyone should know about Vision Transformers", section 3): x + A_0(x) + A_1(x), then
/// x + M_0(x) + M_1(x). x [B, N, D] -> [B, N, D].
class ParallelThingsBlockImpl : public torch::nn::Cloneable<ParallelThingsBlockImpl>,
                                public TransformerBlock {
 public:
  explicit ParallelThingsBlockImpl(const EncoderBlockOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x, const Rotation* rotation = nullptr,
                        Size2 grid = {}) override;

  EncoderBlockOptions options;
  torch::nn::ModuleList attns, ffns;  ///< of ParallelBranch
};
TORCH_MODULE(ParallelThingsBlock);

}  // namespace vit
