#include "vit/nn/parallel_scaling_block.h"

#include "vit/core/error.h"
#include "vit/nn/attend.h"
#include "vit/nn/dropout.h"
#include "vit/nn/residual.h"

namespace vit {

ParallelScalingBlockImpl::ParallelScalingBlockImpl(const EncoderBlockOptions& options_)
    : options(resolved(options_)) {
  if (options.num_heads < 1 || options.dim % options.num_heads != 0)
    throw Error(
        ErrorKind::usage, "ParallelScalingBlock",
        str("embed_dim ", options.dim, " is not a multiple of num_heads ", options.num_heads),
        "set model.embed_dim or model.num_heads so that it divides");
  if (options.attn.rel_pos != RelPos::none || options.mlp.kind != MlpKind::mlp ||
      options.attn.scale_norm || options.mlp.scale_norm || options.attn.attn_drop > 0 ||
      options.attn.window > 0)
    throw Error(
        ErrorKind::usage, "ParallelScalingBlock",
        "has no relative position bias, gated MLP, inner norm, attention dropout or windows",
        "leave out model.rel_pos, window_size, mlp_layer, scale_attn_norm, scale_mlp_norm and "
        "attn_drop_rate, or choose another model.block_fn");
  reset();
}

void ParallelScalingBlockImpl::reset() {
  const std::int64_t dim = options.dim, hidden = options.mlp.hidden_features;
  const auto linear = [&](const char* name, std::int64_t in, std::int64_t out, bool bias) {
    return register_module(name, Linear(LinearOptions{in, out, bias}));
  };
  in_norm = register_module("in_norm", Norm(options.norm));
  in_proj = linear("in_proj", dim, hidden + 3 * dim, options.attn.qkv_bias);
  if (!options.attn.qkv_bias) mlp_bias = register_parameter("mlp_bias", torch::zeros({hidden}));
  if (options.attn.qk_norm) {
    NormOptions of_head = options.attn.norm;
    of_head.dim = dim / options.num_heads;
    q_norm = register_module("q_norm", Norm(of_head));
    k_norm = register_module("k_norm", Norm(of_head));
  }
  attn_out_proj = linear("attn_out_proj", dim, dim, options.attn.proj_bias);
  mlp_out_proj = linear("mlp_out_proj", hidden, dim, options.mlp.bias);
  if (options.init_values)
    ls = register_module("ls", LayerScale(LayerScaleOptions{dim, *options.init_values}));
}

torch::Tensor ParallelScalingBlockImpl::forward(const torch::Tensor& x, const Rotation* rotation,
                                                Size2 /*grid*/) {
  const std::int64_t dim = options.dim, hidden = options.mlp.hidden_features;
  const auto parts = in_proj(in_norm(x)).split_with_sizes({hidden, dim, dim, dim}, -1);
  const auto heads = [&](const torch::Tensor& joined) {
    return joined.unflatten(-1, {options.num_heads, -1}).transpose(1, 2);  // [B, H, N, Dh]
  };
  torch::Tensor q = heads(parts[1]), k = heads(parts[2]);
  if (options.attn.qk_norm) {
    q = q_norm(q);
    k = k_norm(k);
  }
  if (rotation != nullptr) {
    q = rotate(q, *rotation);
    k = rotate(k, *rotation);
  }
  const torch::Tensor attended =
      attend(q, k, heads(parts[3]), {.mask = {.causal = options.attn.causal}})
          .transpose(1, 2)
          .flatten(2);             // [B, N, D]
  torch::Tensor inner = parts[0];  // [B, N, hidden]
  if (mlp_bias.defined()) inner = inner + mlp_bias;
  inner = vit::dropout(activate(inner, options.mlp.act), options.mlp.drop, is_training());
  return add(x,
             residual_branch(attn_out_proj(attended) + mlp_out_proj(inner),
                             ls ? ls->gamma : torch::Tensor(), options.drop_path, is_training()));
}

}  // namespace vit
