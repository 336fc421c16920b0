#include "vit/nn/attention.h"

#include <ATen/ops/scaled_dot_product_attention.h>

#include <cmath>

#include "vit/core/error.h"
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

void MultiHeadAttentionImpl::reset() {
  const std::int64_t dim = options.dim, head_dim = dim / options.num_heads;
  const auto norm = [&](const char* name) {
    return register_module(
        name, torch::nn::LayerNorm(torch::nn::LayerNormOptions({head_dim}).eps(options.norm_eps)));
  };
  qkv = register_module("qkv", Linear(LinearOptions{dim, 3 * dim, options.qkv_bias}));
  if (options.qk_norm) {
    q_norm = norm("q_norm");
    k_norm = norm("k_norm");
  }
  proj = register_module("proj", Linear(LinearOptions{dim, dim}));
}

MultiHeadAttentionImpl::Heads MultiHeadAttentionImpl::split_heads(const torch::Tensor& x) {
  if (x.dim() != 3 || x.size(2) != options.dim)
    throw Error(ErrorKind::usage, "MultiHeadAttention",
                vit::str("expected x [B, N, ", options.dim, "], got ", x.sizes()));
  // Sizes stay symbolic (-1): a trace of this must work for every batch.
  const auto parts = qkv(x)                                          // [B, N, 3 D]
                         .unflatten(-1, {3, options.num_heads, -1})  // [B, N, 3, H, Dh]
                         .permute({2, 0, 3, 1, 4})                   // [3, B, H, N, Dh]
                         .unbind(0);
  Heads heads{parts[0], parts[1], parts[2]};
  if (options.qk_norm) {
    heads.q = q_norm(heads.q);
    heads.k = k_norm(heads.k);
  }
  return heads;
}

torch::Tensor MultiHeadAttentionImpl::merge_heads(const torch::Tensor& per_head) {
  const torch::Tensor joined = per_head.transpose(1, 2).flatten(2);  // [B, N, D]
  return vit::dropout(proj(joined), options.proj_drop, is_training());
}

torch::Tensor MultiHeadAttentionImpl::forward(const torch::Tensor& x) {
  // LibTorch's attention draws its dropout from the global generator and leaves its fast path then.
  if (is_training() && options.attn_drop > 0) return forward_with_weights(x).output;
  const auto [q, k, v] = split_heads(x);
  return merge_heads(at::scaled_dot_product_attention(q, k, v));  // [B, H, N, Dh]
}

MultiHeadAttentionImpl::WithWeights MultiHeadAttentionImpl::forward_with_weights(
    const torch::Tensor& x) {
  const auto [q, k, v] = split_heads(x);
  const double scale = 1.0 / std::sqrt(static_cast<double>(options.dim / options.num_heads));
  const torch::Tensor weights =
      (q * scale).matmul(k.transpose(-2, -1)).softmax(-1);  // [B, H, N, N]
  const torch::Tensor kept = vit::dropout(weights, options.attn_drop, is_training());
  return {merge_heads(kept.matmul(v)), weights};
}

}  // namespace vit
