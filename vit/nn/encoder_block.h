#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <optional>

#include "vit/nn/attention.h"
#include "vit/nn/layer_scale.h"
#include "vit/nn/mlp.h"

namespace vit {

struct EncoderBlockOptions {
  std::int64_t dim = 0;
  std::int64_t num_heads = 8;
  double mlp_ratio = 4.0;
  bool qkv_bias = true;
  bool qk_norm = false;
  std::optional<double> init_values;  ///< of LayerScale; none: no LayerScale
  double proj_drop = 0.0;
  double attn_drop = 0.0;
  double drop_path = 0.0;
  double norm_eps = 1e-6;
};

/// One pre-norm encoder block (Dosovitskiy et al. 2021, equations 2 and 3):
/// x + Attention(LN(x)), then x + MLP(LN(x)). x [B, N, D] -> [B, N, D].
class EncoderBlockImpl : public torch::nn::Cloneable<EncoderBlockImpl> {
 public:
  explicit EncoderBlockImpl(const EncoderBlockOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  EncoderBlockOptions options;
  torch::nn::LayerNorm norm1{nullptr}, norm2{nullptr};
  MultiHeadAttention attn{nullptr};
  LayerScale ls1{nullptr}, ls2{nullptr};
  Mlp mlp{nullptr};

 private:
  torch::Tensor residual(const torch::Tensor& branch, LayerScale& scale);
};
TORCH_MODULE(EncoderBlock);

}  // namespace vit
