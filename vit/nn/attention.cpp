#include "vit/nn/attention.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

#include "vit/core/error.h"
#include "vit/kernels/attention.h"
#include "vit/kernels/fused_type.h"
#include "vit/nn/attend.h"
#include "vit/nn/attention_scope.h"
#include "vit/nn/dropout.h"
#include "vit/nn/window.h"

namespace vit {

MultiHeadAttentionImpl::MultiHeadAttentionImpl(const AttentionOptions& options_)
    : options(options_) {
  if (options.num_heads < 1 || options.dim % options.num_heads != 0)
    throw Error(
        ErrorKind::usage, "MultiHeadAttention",
        str("embed_dim ", options.dim, " is not a multiple of num_heads ", options.num_heads),
        "set model.embed_dim or model.num_heads so that it divides");
  if (options.window > 0 && options.prefix_tokens > 0)
    throw Error(ErrorKind::usage, "model.window_size", "tokens before the patches are in no window",
                "set model.class_token: false and model.reg_tokens: 0");
  reset();
}

RelPosOptions MultiHeadAttentionImpl::rel_pos_options(Size2 grid) const {
  return {.grid = grid,
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
    rel_pos = register_module("rel_pos", RelPosBias(rel_pos_options(table_grid())));
  if (options.rel_pos == RelPos::decomposed) {
    const auto [height, width] = table_grid();
    rel_pos_h = register_parameter("rel_pos_h", torch::zeros({2 * height - 1, head_dim}));
    rel_pos_w = register_parameter("rel_pos_w", torch::zeros({2 * width - 1, head_dim}));
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

torch::Tensor MultiHeadAttentionImpl::project_out(const torch::Tensor& joined) {
  return vit::dropout(proj(norm ? norm(joined) : joined), options.proj_drop, is_training());
}

bool MultiHeadAttentionImpl::fused(const torch::Tensor& x, const Rotation* rotation) const {
  return options.qkv_fused && !q_bias.defined() && !options.qk_norm && rotation == nullptr &&
         options.rel_pos == RelPos::none && !(is_training() && options.attn_drop > 0) &&
         !AttentionScope::active() &&
         kernels::fused_attention_applies(x, options.dim, options.num_heads);
}

torch::Tensor MultiHeadAttentionImpl::join_heads_by_position(const Heads& heads, Size2 grid) {
  const std::int64_t head_dim = options.dim / options.num_heads;
  const double scale = 1 / std::sqrt(static_cast<double>(head_dim));
  const PositionChannels added =
      decomposed_rel_pos(heads.q, rel_pos_h, rel_pos_w, rel_pos_options(grid));
  const std::int64_t fill = (16 - (head_dim + added.q.size(-1)) % 16) % 16;  // for the kernels
  // The bias is added to the scaled product, so its channels are not to be scaled.
  const torch::Tensor q = at::pad(added.q / scale, {0, fill}).type_as(heads.q);
  const torch::Tensor k = at::pad(added.k, {0, fill}).type_as(heads.q).expand_as(q);
  const torch::Tensor longer = torch::cat(
      {torch::stack({heads.q, heads.k, heads.v}), torch::stack({q, k, at::zeros_like(q)})},
      -1);  // [3, B, H, N, Dh + C]
  const double drop = is_training() ? options.attn_drop : 0.0;
  const bool fused =
      drop == 0 && !AttentionScope::active() && kernels::fused_type(q) == q.scalar_type();
  const torch::Tensor joined =
      fused
          ? kernels::fused_attention(longer.permute({1, 3, 0, 2, 4}).flatten(2), options.num_heads,
                                     {.scale = scale, .causal = options.causal})
                .unflatten(2, {options.num_heads, -1})
          : attend(longer[0], longer[1], longer[2],
                   {.mask = {.causal = options.causal}, .drop = drop, .scale = scale})
                .transpose(1, 2);  // [B, N, H, Dh + C]
  return joined.slice(-1, 0, head_dim).flatten(2);
}

torch::Tensor MultiHeadAttentionImpl::join_heads(const torch::Tensor& x, const Rotation* rotation,
                                                 Size2 grid) {
  if (fused(x, rotation))
    return kernels::fused_attention(qkv(x), options.num_heads, {.causal = options.causal});
  const Heads heads = split_heads(x, rotation);
  if (options.rel_pos == RelPos::decomposed) return join_heads_by_position(heads, grid);
  std::optional<torch::Tensor> bias;
  if (rel_pos) bias = rel_pos->forward().type_as(heads.q);  // by type_as: see rotate()
  return attend(heads.q, heads.k, heads.v,                  // [B, H, N, Dh]
                {.bias = bias,
                 .mask = {.causal = options.causal},
                 .drop = is_training() ? options.attn_drop : 0.0})
      .transpose(1, 2)
      .flatten(2);
}

torch::Tensor MultiHeadAttentionImpl::forward(const torch::Tensor& x, const Rotation* rotation,
                                              Size2 grid) {
  if (grid == Size2{}) grid = options.grid;
  if (options.window == 0) return project_out(join_heads(x, rotation, grid));
  const torch::Tensor inside =
      join_heads(to_windows(x, grid, options.window), nullptr, table_grid());
  return project_out(from_windows(inside, grid, options.window));
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
