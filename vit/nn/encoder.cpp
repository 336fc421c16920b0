#include "vit/nn/encoder.h"

#include <algorithm>
#include <memory>
#include <string>

#include "vit/nn/encoder_block.h"
#include "vit/nn/grad_checkpoint.h"
#include "vit/nn/parallel_scaling_block.h"
#include "vit/nn/parallel_things_block.h"
#include "vit/nn/res_post_block.h"

namespace vit {

EncoderImpl::EncoderImpl(const EncoderOptions& options_) : options(options_) { reset(); }

void EncoderImpl::reset() {
  blocks.clear();
  const auto add = [&](auto block) {
    register_module(std::to_string(blocks.size()), block);
    blocks.push_back(block.get());
  };
  for (std::int64_t i = 0; i < options.depth; ++i) {
    EncoderBlockOptions block = options.block;
    if (options.depth > 1)
      block.drop_path *= static_cast<double>(i) / static_cast<double>(options.depth - 1);
    else
      block.drop_path = 0;  // as torch.linspace(0, rate, 1) gives
    if (std::ranges::find(options.global_blocks, i) != options.global_blocks.end())
      block.attn.window = 0;
    switch (block.kind) {
      case BlockKind::pre_norm: add(EncoderBlock(block)); break;
      case BlockKind::res_post: add(ResPostBlock(block)); break;
      case BlockKind::parallel_scaling: add(ParallelScalingBlock(block)); break;
      case BlockKind::parallel_things: add(ParallelThingsBlock(block)); break;
    }
  }
}

torch::Tensor EncoderImpl::forward(
    torch::Tensor x, const Rotation* rotation,
    const std::function<void(std::size_t, const torch::Tensor&)>& after_block, Size2 grid) {
  const bool again = grad_checkpointing && is_training();
  // The backward pass outlives the caller's rotation.
  const auto kept =
      again && rotation != nullptr ? std::make_shared<const Rotation>(*rotation) : nullptr;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    TransformerBlock* block = blocks[i];
    x = again ? grad_checkpoint(
                    [block, kept, grid](const torch::Tensor& in) {
                      return block->forward(in, kept.get(), grid);
                    },
                    x)
              : block->forward(x, rotation, grid);
    if (after_block) after_block(i, x);
  }
  return x;
}

}  // namespace vit
