#include "vit/nn/encoder.h"

#include <string>

namespace vit {

EncoderImpl::EncoderImpl(const EncoderOptions& options_) : options(options_) { reset(); }

void EncoderImpl::reset() {
  blocks.clear();
  for (std::int64_t i = 0; i < options.depth; ++i) {
    EncoderBlockOptions block = options.block;
    if (options.depth > 1)
      block.drop_path *= static_cast<double>(i) / static_cast<double>(options.depth - 1);
    else
      block.drop_path = 0;  // as torch.linspace(0, rate, 1) gives
    blocks.push_back(register_module(std::to_string(i), EncoderBlock(block)));
  }
}

torch::Tensor EncoderImpl::forward(torch::Tensor x) {
  for (EncoderBlock& block : blocks) x = block(x);
  return x;
}

}  // namespace vit
