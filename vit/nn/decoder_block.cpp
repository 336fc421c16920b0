#include "vit/nn/decoder_block.h"

#include <ATen/ops/cat.h>

namespace vit {

DecoderBlockImpl::DecoderBlockImpl(const DecoderBlockOptions& options_) : options(options_) {
  reset();
}

void DecoderBlockImpl::reset() {
  NormOptions norm = options.norm;
  norm.dim = options.dim;
  const auto attention = [&](const char* name, std::int64_t memory_dim) {
    return register_module(name,
                           CrossAttention(CrossAttentionOptions{.dim = options.dim,
                                                                .memory_dim = memory_dim,
                                                                .num_heads = options.num_heads,
                                                                .attn_drop = options.drop,
                                                                .proj_drop = options.drop}));
  };
  norm1 = register_module("norm1", Norm(norm));
  self_attn = attention("self_attn", options.dim);
  norm2 = register_module("norm2", Norm(norm));
  cross_attn = attention("cross_attn", options.memory_dim);
  norm3 = register_module("norm3", Norm(norm));
  mlp = register_module("mlp",
                        Mlp(MlpOptions{.in_features = options.dim,
                                       .hidden_features = static_cast<std::int64_t>(
                                           static_cast<double>(options.dim) * options.mlp_ratio),
                                       .drop = options.drop}));
}

ResidualBranch DecoderBlockImpl::branch(const torch::Tensor& value) const {
  return residual_branch(value, {}, options.drop_path, is_training());
}

torch::Tensor DecoderBlockImpl::forward(const torch::Tensor& x, const torch::Tensor& memory,
                                        const AttentionMask& mask, Cache* cache) {
  const torch::Tensor own = norm1(x);
  KeysAndValues tokens = self_attn->project(own), seen;
  if (cache == nullptr) {
    seen = cross_attn->project(memory);
  } else {
    if (cache->tokens.k.defined())
      tokens = {at::cat({cache->tokens.k, tokens.k}, 2), at::cat({cache->tokens.v, tokens.v}, 2)};
    cache->tokens = tokens;
    if (!cache->memory.k.defined()) cache->memory = cross_attn->project(memory);
    seen = cache->memory;
  }
  const auto [said, asks] = norm2->of_sum(x, branch(self_attn->look(own, tokens, mask)));
  const auto [looked, thinks] = norm3->of_sum(said, branch(cross_attn->look(asks, seen)));
  return add(looked, branch(mlp(thinks)));
}

}  // namespace vit
