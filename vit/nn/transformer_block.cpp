#include "vit/nn/transformer_block.h"

#include "vit/core/error.h"

namespace vit {

BlockKind block_kind(std::string_view name) {
  if (name == "Block") return BlockKind::pre_norm;
  if (name == "ResPostBlock") return BlockKind::res_post;
  if (name == "ParallelScalingBlock") return BlockKind::parallel_scaling;
  if (name == "ParallelThingsBlock") return BlockKind::parallel_things;
  throw Error(ErrorKind::usage, "model.block_fn", str("unknown block `", name, "`"),
              "use Block, ResPostBlock, ParallelScalingBlock or ParallelThingsBlock");
}

AttentionOptions attention_options(const EncoderBlockOptions& block) {
  return {.dim = block.dim,
          .num_heads = block.num_heads,
          .qkv_bias = block.qkv_bias,
          .k_bias = block.k_bias,
          .qkv_fused = block.qkv_fused,
          .proj_bias = block.proj_bias,
          .qk_norm = block.qk_norm,
          .scale_norm = block.scale_attn_norm,
          .norm = block.norm,
          .attn_drop = block.attn_drop,
          .proj_drop = block.proj_drop,
          .rel_pos = block.rel_pos,
          .grid = block.grid,
          .prefix_tokens = block.prefix_tokens};
}

MlpOptions mlp_options(const EncoderBlockOptions& block) {
  auto hidden = static_cast<std::int64_t>(static_cast<double>(block.dim) * block.mlp_ratio);
  if (const std::int64_t step = block.swiglu_align_to; step > 0)
    hidden = (hidden + step - 1) / step * step;
  return {.in_features = block.dim,
          .hidden_features = hidden,
          .kind = block.mlp,
          .act = block.act,
          .bias = block.proj_bias,
          .scale_norm = block.scale_mlp_norm,
          .norm = block.norm,
          .drop = block.proj_drop};
}

NormOptions norm_options(const EncoderBlockOptions& block) {
  NormOptions options = block.norm;
  options.dim = block.dim;
  return options;
}

}  // namespace vit
