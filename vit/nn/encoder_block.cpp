#include "vit/nn/encoder_block.h"

namespace vit {

EncoderBlockImpl::EncoderBlockImpl(const EncoderBlockOptions& options_)
    : options(resolved(options_)) {
  reset();
}

void EncoderBlockImpl::reset() {
  const auto layer_scale = [&](const char* name) -> LayerScale {
    if (!options.init_values || options.gamma_names) return LayerScale(nullptr);
    return register_module(name, LayerScale(LayerScaleOptions{options.dim, *options.init_values}));
  };
  const auto gamma = [&](const char* name) -> torch::Tensor {
    if (!options.init_values || !options.gamma_names) return {};
    return register_parameter(name, torch::full({options.dim}, *options.init_values));
  };
  norm1 = register_module("norm1", Norm(options.norm));
  attn = register_module("attn", MultiHeadAttention(options.attn));
  ls1 = layer_scale("ls1");
  gamma_1 = gamma("gamma_1");
  norm2 = register_module("norm2", Norm(options.norm));
  mlp = register_module("mlp", Mlp(options.mlp));
  ls2 = layer_scale("ls2");
  gamma_2 = gamma("gamma_2");
}

ResidualBranch EncoderBlockImpl::branch(const torch::Tensor& value, const LayerScale& scale,
                                        const torch::Tensor& gamma) const {
  return residual_branch(value, scale ? scale->gamma : gamma, options.drop_path, is_training());
}

torch::Tensor EncoderBlockImpl::forward(const torch::Tensor& x, const Rotation* rotation,
                                        Size2 grid) {
  const auto [attended, normed] =  // x + Attention(LN(x)), and LN of that
      norm2->of_sum(x, branch(attn(norm1(x), rotation, grid), ls1, gamma_1));
  return add(attended, branch(mlp(normed), ls2, gamma_2));
}

}  // namespace vit
