#include "vit/nn/res_post_block.h"

#include "vit/nn/residual.h"

namespace vit {

ResPostBlockImpl::ResPostBlockImpl(const EncoderBlockOptions& options_)
    : options(resolved(options_)) {
  reset();
}

void ResPostBlockImpl::reset() {
  attn = register_module("attn", MultiHeadAttention(options.attn));
  norm1 = register_module("norm1", Norm(options.norm));
  mlp = register_module("mlp", Mlp(options.mlp));
  norm2 = register_module("norm2", Norm(options.norm));
}

torch::Tensor ResPostBlockImpl::forward(const torch::Tensor& x, const Rotation* rotation,
                                        Size2 grid) {
  const auto branch = [&](const torch::Tensor& value) {
    return residual_branch(value, {}, options.drop_path, is_training());
  };
  const torch::Tensor attended = add(x, branch(norm1(attn(x, rotation, grid))));
  return add(attended, branch(norm2(mlp(attended))));
}

}  // namespace vit
