#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "vit/nn/attention.h"
#include "vit/nn/linear.h"
#include "vit/nn/norm.h"

namespace vit {

inline constexpr double kCCTNormEps = 1e-5;  ///< LibTorch's, and so the authors'

struct CCTBlockOptions {
  std::int64_t dim = 0, num_heads = 2;
  double mlp_ratio = 1.0;
  double proj_drop = 0.0, attn_drop = 0.1, drop_path = 0.1;
};

/// The encoder block of the compact transformers, with its authors' keys. It differs from the usual
/// one where the second norm stands: y = LN(x + Attention(LN(x))), then y + MLP(y).
/// x [B, N, D] -> [B, N, D].
class CCTBlockImpl : public torch::nn::Cloneable<CCTBlockImpl> {
 public:
  explicit CCTBlockImpl(const CCTBlockOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  CCTBlockOptions options;
  Norm pre_norm{nullptr}, norm1{nullptr};
  MultiHeadAttention self_attn{nullptr};
  Linear linear1{nullptr}, linear2{nullptr};
};
TORCH_MODULE(CCTBlock);

}  // namespace vit
