#include "vit/nn/attention.h"

#include <ATen/ops/linear.h>

#include "vit/core/error.h"
#include "vit/kernels/attention.h"
#include "vit/nn/attend.h"
#include "vit/nn/attention_scope.h"
#include "vit/nn/dropout.h"

namespace vit {

MultiHeadAttentionImpl::MultiHeadAttentionImpl(const AttentionOptions& options_)
    : options(options_) {
  if (options.num_heads < 1 || options.dim % options.num_heads != 0)
    throw Error(
        ErrorKind::usage, "MultiHeadAttention",
        str("embed_dim ", options.dim, " is not a multiple of num_heads ", options.num_heads),
        "set model.embed_dim or model.num_heads so that it divides");
  reset();
}

RelPosOptions MultiHeadAttentionImpl::rel_pos_options() const {
  return {.grid = options.grid,
          .num_heads = options.num_heads,
          .head_dim = options.dim / options.num_heads,
          .prefix_tokens = options.prefix_tokens};
}

void MultiHeadAttentionImpl::reset() {
  const std::int64_t dim = options.dim, head_dim = dim / options.num_heads;
  const auto linear = [&](const char* name, std::int64_t out, bool with_bias) {
    return register_module(name, Linear(LinearOptions{dim, out, with_bias}));
  };
  const auto make_norm = [&](const char* name, std::int64_t width) {
    NormOptions of_width = options.norm;
    of_width.dim = width;
    return register_module(name, Norm(of_width));
  };
  if (options.qkv_fused) {
    qkv = linear("qkv", 3 * dim, options.qkv_bias && options.k_bias);
    if (options.qkv_bias && !options.k_bias) {
      q_bias = register_parameter("q_bias", torch::zeros({dim}));
      v_bias = register_parameter("v_bias", torch::zeros({dim}));
    }
  } else {
    q_proj = linear("q_proj", dim, options.qkv_bias);
    k_proj = linear("k_proj", dim, options.qkv_bias && options.k_bias);
    v_proj = linear("v_proj", dim, options.qkv_bias);
  }
  if (options.qk_norm) {
    q_norm = make_norm("q_norm", head_dim);
    k_norm = make_norm("k_norm", head_dim);
  }
  if (options.rel_pos == RelPos::bias)
    rel_pos = register_module("rel_pos", RelPosBias(rel_pos_options()));
  if (options.rel_pos == RelPos::decomposed) {
    rel_pos_h =
        register_parameter("rel_pos_h", torch::zeros({2 * options.grid.height - 1, head_dim}));
    rel_pos_w =
        register_parameter("rel_pos_w", torch::zeros({2 * options.grid.width - 1, head_dim}));
  }
  if (options.scale_norm) norm = make_norm("norm", dim);
  proj = linear("proj", dim, options.proj_bias);
}

MultiHeadAttentionImpl::Heads MultiHeadAttentionImpl::project(const torch::Tensor& x) {
  // Sizes stay symbolic (-1): a trace of this must work for every batch.
  if (!options.qkv_fused) {
    const auto heads = [&](Linear& linear) {
      return linear(x).unflatten(-1, {options.num_heads, -1}).transpose(1, 2);  // [B, H, N, Dh]
    };
    return {heads(q_proj), heads(k_proj), heads(v_proj)};
  }
  const torch::Tensor joined =  // [B, N, 3 D]
      q_bias.defined()
          ? at::linear(x, qkv->weight, torch::cat({q_bias, torch::zeros_like(q_bias), v_bias}))
          : qkv(x);
  const auto parts = joined
                         .unflatten(-1, {3, options.num_heads, -1})  // [B, N, 3, H, Dh]
                         .permute({2, 0, 3, 1, 4})                   // [3, B, H, N, Dh]
                         .unbind(0);
  return {parts[0], parts[1], parts[2]};
}

MultiHeadAttentionImpl::Heads MultiHeadAttentionImpl::split_heads(const torch::Tensor& x,
                                                                  const Rotation* rotation) {
  if (x.dim() != 3 || x.size(2) != options.dim)
    throw Error(ErrorKind::usage, "MultiHeadAttention",
                vit::str("expected x [B, N, ", options.dim, "], got ", x.sizes()));
  Heads heads = project(x);
  if (options.qk_norm) {
    heads.q = q_norm(heads.q);
    heads.k = k_norm(heads.k);
  }
  if (rotation != nullptr) {
    heads.q = rotate(heads.q, *rotation);
    heads.k = rotate(heads.k, *rotation);
  }
  return heads;
}

std::optional<torch::Tensor> MultiHeadAttentionImpl::bias(const torch::Tensor& q) {
  switch (options.rel_pos) {  // by type_as: see rotate()
    case RelPos::none: return std::nullopt;
    case RelPos::bias: return rel_pos->forward().type_as(q);
    case RelPos::decomposed:
      return decomposed_rel_pos(q, rel_pos_h, rel_pos_w, rel_pos_options()).type_as(q);
  }
  return std::nullopt;
}

torch::Tensor MultiHeadAttentionImpl::merge_heads(const torch::Tensor& per_head) {
  return project_out(per_head.transpose(1, 2).flatten(2));
}

torch::Tensor MultiHeadAttentionImpl::project_out(const torch::Tensor& joined) {
  return vit::dropout(proj(norm ? norm(joined) : joined), options.proj_drop, is_training());
}

bool MultiHeadAttentionImpl::fused(const torch::Tensor& x, const Rotation* rotation) const {
  return options.qkv_fused && !q_bias.defined() && !options.qk_norm && rotation == nullptr &&
         options.rel_pos == RelPos::none && !options.causal &&
         !(is_training() && options.attn_drop > 0) && !AttentionScope::active() &&
         kernels::fused_attention_applies(x, options.dim, options.num_heads);
}

torch::Tensor MultiHeadAttentionImpl::forward(const torch::Tensor& x, const Rotation* rotation) {
  if (fused(x, rotation)) return project_out(kernels::fused_attention(qkv(x), options.num_heads));
  const auto [q, k, v] = split_heads(x, rotation);
  return merge_heads(attend(q, k, v,  // [B, H, N, Dh]
                            {.bias = bias(q),
                             .mask = {.causal = options.causal},
                             .drop = is_training() ? options.attn_drop : 0.0}));
}

MultiHeadAttentionImpl::WithWeights MultiHeadAttentionImpl::forward_with_weights(
    const torch::Tensor& x, const Rotation* rotation) {
  torch::Tensor weights;
  const AttentionScope scope(
      [&](std::int64_t /*number*/, const torch::Tensor& shown) { weights = shown; });
  const torch::Tensor output = forward(x, rotation);
  return {output, weights};
}

}  // namespace vit
