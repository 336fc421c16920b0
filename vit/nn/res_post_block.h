#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "vit/nn/transformer_block.h"

namespace vit {

/// An encoder block with the norm at the end of each branch (Swin V2, Liu et al. 2022, section
/// 3.2): x + LN(Attention(x)), then x + LN(MLP(x)). x [B, N, D] -> [B, N, D]. `init_values`, where
/// given, is what the norms' weights start from.
class ResPostBlockImpl : public torch::nn::Cloneable<ResPostBlockImpl>, public TransformerBlock {
 public:
  explicit ResPostBlockImpl(const EncoderBlockOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x, const Rotation* rotation = nullptr,
                        Size2 grid = {}) override;

  EncoderBlockOptions options;
  MultiHeadAttention attn{nullptr};
  Norm norm1{nullptr}, norm2{nullptr};
  Mlp mlp{nullptr};
};
TORCH_MODULE(ResPostBlock);

}  // namespace vit
