#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "vit/core/fields.h"
#include "vit/nn/conv.h"

namespace vit {

struct SimMimDecoderOptions {
  std::int64_t encoder_dim = 0, in_chans = 3;
  Size2 patch{};
};

/// What SimMIM adds to an encoder (Xie et al. 2022, section 3): the token that stands for a masked
/// patch, and a linear layer that predicts the pixels of each one: a 1x1 convolution named `0`,
/// whose channels are (c, row, column) of the patch, as PixelShuffle wants them.
class SimMimDecoderImpl : public torch::nn::Cloneable<SimMimDecoderImpl> {
 public:
  explicit SimMimDecoderImpl(const SimMimDecoderOptions& options);
  void reset() override;
  /// The token is normal with deviation 0.02, the convolution uniform as torch.nn's.
  void init_weights(std::uint64_t seed);
  /// Features [B, encoder_dim, h, w] -> images [B, in_chans, H, W].
  torch::Tensor forward(const torch::Tensor& features);

  SimMimDecoderOptions options;
  torch::Tensor mask_token;  ///< [1, 1, encoder_dim]
  Conv2d conv{nullptr};
};
TORCH_MODULE(SimMimDecoder);

/// [B, C p q, h, w] -> [B, C, h p, w q]: PixelShuffle, also for patches that are not square.
[[nodiscard]] torch::Tensor shuffle_pixels(const torch::Tensor& x, Size2 patch);

}  // namespace vit
