#include "vit/nn/encoder_block.h"

#include "vit/nn/dropout.h"

namespace vit {

EncoderBlockImpl::EncoderBlockImpl(const EncoderBlockOptions& options_) : options(options_) {
  reset();
}

void EncoderBlockImpl::reset() {
  const std::int64_t dim = options.dim;
  const auto norm = [&](const char* name) {
    return register_module(
        name, torch::nn::LayerNorm(torch::nn::LayerNormOptions({dim}).eps(options.norm_eps)));
  };
  const auto layer_scale = [&](const char* name) -> LayerScale {
    if (!options.init_values) return LayerScale(nullptr);
    return register_module(name, LayerScale(LayerScaleOptions{dim, *options.init_values}));
  };
  norm1 = norm("norm1");
  attn =
      register_module("attn", MultiHeadAttention(AttentionOptions{.dim = dim,
                                                                  .num_heads = options.num_heads,
                                                                  .qkv_bias = options.qkv_bias,
                                                                  .qk_norm = options.qk_norm,
                                                                  .norm_eps = options.norm_eps,
                                                                  .attn_drop = options.attn_drop,
                                                                  .proj_drop = options.proj_drop}));
  ls1 = layer_scale("ls1");
  norm2 = norm("norm2");
  mlp = register_module("mlp", Mlp(MlpOptions{.in_features = dim,
                                              .hidden_features = static_cast<std::int64_t>(
                                                  static_cast<double>(dim) * options.mlp_ratio),
                                              .drop = options.proj_drop}));
  ls2 = layer_scale("ls2");
}

torch::Tensor EncoderBlockImpl::residual(const torch::Tensor& branch, LayerScale& scale) {
  return drop_path(scale ? scale(branch) : branch, options.drop_path, is_training());
}

torch::Tensor EncoderBlockImpl::forward(const torch::Tensor& x) {
  const torch::Tensor attended = x + residual(attn(norm1(x)), ls1);
  return attended + residual(mlp(norm2(attended)), ls2);
}

}  // namespace vit
