#include "vit/nn/res_post_block.h"

#include "vit/nn/dropout.h"

namespace vit {

ResPostBlockImpl::ResPostBlockImpl(const EncoderBlockOptions& options_) : options(options_) {
  reset();
}

void ResPostBlockImpl::reset() {
  attn = register_module("attn", MultiHeadAttention(attention_options(options)));
  norm1 = register_module("norm1", Norm(norm_options(options)));
  mlp = register_module("mlp", Mlp(mlp_options(options)));
  norm2 = register_module("norm2", Norm(norm_options(options)));
}

torch::Tensor ResPostBlockImpl::forward(const torch::Tensor& x, const Rotation* rotation) {
  const auto residual = [&](const torch::Tensor& branch) {
    return drop_path(branch, options.drop_path, is_training());
  };
  const torch::Tensor attended = x + residual(norm1(attn(x, rotation)));
  return attended + residual(norm2(mlp(attended)));
}

}  // namespace vit
