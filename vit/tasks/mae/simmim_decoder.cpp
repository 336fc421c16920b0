#include "vit/tasks/mae/simmim_decoder.h"

#include <ATen/ops/empty.h>

#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"

namespace vit {

SimMimDecoderImpl::SimMimDecoderImpl(const SimMimDecoderOptions& options_) : options(options_) {
  reset_whole(*this);
}

void SimMimDecoderImpl::reset() {
  mask_token = register_parameter("mask_token", at::empty({1, 1, options.encoder_dim}));
  conv = register_module(
      "0", Conv2d(Conv2dOptions{
               .in_channels = options.encoder_dim,
               .out_channels = options.in_chans * options.patch.height * options.patch.width}));
}

void SimMimDecoderImpl::init_weights(std::uint64_t seed) {
  init::trunc_normal(mask_token, 0.02, Rng(seed, Stream::init, 2, 0));
  const double bound = init::default_bound(conv->weight);
  init::uniform(conv->weight, bound, Rng(seed, Stream::init, 2, 1));
  init::uniform(conv->bias, bound, Rng(seed, Stream::init, 2, 2));
}

torch::Tensor shuffle_pixels(const torch::Tensor& x, Size2 patch) {
  const std::int64_t channels = x.size(1) / (patch.height * patch.width), h = x.size(2),
                     w = x.size(3);
  return x  // [B, C, p, q, h, w] -> [B, C, h, p, w, q]
      .reshape({-1, channels, patch.height, patch.width, h, w})
      .permute({0, 1, 4, 2, 5, 3})
      .reshape({-1, channels, h * patch.height, w * patch.width});
}

torch::Tensor SimMimDecoderImpl::forward(const torch::Tensor& features) {
  return shuffle_pixels(conv(features), options.patch);
}

}  // namespace vit
