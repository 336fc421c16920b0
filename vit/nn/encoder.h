#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <functional>
#include <vector>

#include "vit/nn/transformer_block.h"

namespace vit {

struct EncoderOptions {
  std::int64_t depth = 12;
  EncoderBlockOptions block;  ///< of each block; its drop_path is that of the last one
  std::vector<std::int64_t> global_blocks{};  ///< those that attend without windows, from 0
};

/// A stack of `depth` encoder blocks named "0", "1", …, whose drop path rate rises linearly from 0
/// to block.drop_path. x [B, N, D] -> [B, N, D].
class EncoderImpl : public torch::nn::Cloneable<EncoderImpl> {
 public:
  explicit EncoderImpl(const EncoderOptions& options);
  void reset() override;
  /// `after_block`, where given, sees each block's output; `grid`: see TransformerBlock.
  torch::Tensor forward(
      torch::Tensor x, const Rotation* rotation = nullptr,
      const std::function<void(std::size_t, const torch::Tensor&)>& after_block = {},
      Size2 grid = {});

  EncoderOptions options;
  bool grad_checkpointing = false;        ///< in training, keep only the blocks' inputs
  std::vector<TransformerBlock*> blocks;  ///< the modules "0", "1", …
};
TORCH_MODULE(Encoder);

}  // namespace vit
