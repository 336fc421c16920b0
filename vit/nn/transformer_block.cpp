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

EncoderBlockOptions resolved(EncoderBlockOptions block) {
  block.attn.dim = block.mlp.in_features = block.norm.dim = block.dim;
  if (block.num_heads == 0) block.num_heads = block.attn.num_heads;
  block.attn.num_heads = block.num_heads;
  if (block.mlp.hidden_features == 0)
    block.mlp.hidden_features =
        static_cast<std::int64_t>(static_cast<double>(block.dim) * block.mlp_ratio);
  block.mlp = resolved(block.mlp);
  return block;
}

}  // namespace vit
