#include "vit/nn/cross_attention.h"

#include "vit/core/error.h"
#include "vit/nn/dropout.h"

namespace vit {

CrossAttentionImpl::CrossAttentionImpl(const CrossAttentionOptions& options_) : options(options_) {
  if (options.memory_dim == 0) options.memory_dim = options.dim;
  if (options.num_heads < 1 || options.dim % options.num_heads != 0)
    throw Error(ErrorKind::usage, "CrossAttention",
                str("dim ", options.dim, " is not a multiple of num_heads ", options.num_heads),
                "choose a number of heads that divides it");
  reset();
}

void CrossAttentionImpl::reset() {
  const auto linear = [&](const char* name, std::int64_t in, bool with_bias) {
    return register_module(name, Linear(LinearOptions{in, options.dim, with_bias}));
  };
  q_proj = linear("q_proj", options.dim, options.qkv_bias);
  k_proj = linear("k_proj", options.memory_dim, options.qkv_bias);
  v_proj = linear("v_proj", options.memory_dim, options.qkv_bias);
  proj = linear("proj", options.dim, options.proj_bias);
}

torch::Tensor CrossAttentionImpl::heads(const torch::Tensor& joined) const {
  // Sizes stay symbolic (-1): a trace of this must work for every batch.
  return joined.unflatten(-1, {options.num_heads, -1}).transpose(1, 2);
}

KeysAndValues CrossAttentionImpl::project(const torch::Tensor& memory) {
  if (memory.dim() != 3 || memory.size(2) != options.memory_dim)
    throw Error(ErrorKind::usage, "CrossAttention",
                vit::str("expected memory [B, N, ", options.memory_dim, "], got ", memory.sizes()));
  return {heads(k_proj(memory)), heads(v_proj(memory))};
}

torch::Tensor CrossAttentionImpl::look(const torch::Tensor& x, const KeysAndValues& memory,
                                       const AttentionMask& mask) {
  if (x.dim() != 3 || x.size(2) != options.dim || x.size(0) != memory.k.size(0))
    throw Error(
        ErrorKind::usage, "CrossAttention",
        vit::str("expected x [", memory.k.size(0), ", M, ", options.dim, "], got ", x.sizes()));
  const torch::Tensor attended =  // [B, H, M, Dh]
      attend(heads(q_proj(x)), memory.k, memory.v,
             {.mask = mask, .drop = is_training() ? options.attn_drop : 0.0});
  return vit::dropout(proj(attended.transpose(1, 2).flatten(2)), options.proj_drop, is_training());
}

torch::Tensor CrossAttentionImpl::forward(const torch::Tensor& x, const torch::Tensor& memory,
                                          const AttentionMask& mask) {
  return look(x, project(memory), mask);
}

}  // namespace vit
