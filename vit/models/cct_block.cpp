#include "vit/models/cct_block.h"

#include <ATen/ops/gelu.h>

#include "vit/nn/dropout.h"

namespace vit {
CCTBlockImpl::CCTBlockImpl(const CCTBlockOptions& options_) : options(options_) { reset(); }

void CCTBlockImpl::reset() {
  const std::int64_t dim = options.dim;
  const auto hidden = static_cast<std::int64_t>(static_cast<double>(dim) * options.mlp_ratio);
  pre_norm = register_module("pre_norm", Norm(NormOptions{.dim = dim, .eps = kCCTNormEps}));
  self_attn = register_module("self_attn",
                              MultiHeadAttention(AttentionOptions{.dim = dim,
                                                                  .num_heads = options.num_heads,
                                                                  .qkv_bias = false,
                                                                  .attn_drop = options.attn_drop,
                                                                  .proj_drop = options.proj_drop}));
  linear1 = register_module("linear1", Linear(LinearOptions{dim, hidden}));
  norm1 = register_module("norm1", Norm(NormOptions{.dim = dim, .eps = kCCTNormEps}));
  linear2 = register_module("linear2", Linear(LinearOptions{hidden, dim}));
}

torch::Tensor CCTBlockImpl::forward(const torch::Tensor& x) {
  const bool training = is_training();
  const torch::Tensor attended =
      norm1(x + drop_path(self_attn(pre_norm(x)), options.drop_path, training));
  const torch::Tensor hidden =
      vit::dropout(at::gelu(linear1(attended)), options.proj_drop, training);
  const torch::Tensor branch = vit::dropout(linear2(hidden), options.proj_drop, training);
  return attended + drop_path(branch, options.drop_path, training);
}

}  // namespace vit
