#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "vit/core/fields.h"

namespace vit {

struct PatchEmbedOptions {
  Size2 img_size{224, 224};
  Size2 patch_size{16, 16};
  std::int64_t in_chans = 3;
  std::int64_t embed_dim = 768;
  bool bias = true;
};

/// Splits a picture into patches and maps each to a token by one linear layer, written as a
/// convolution whose stride is its kernel (Dosovitskiy et al. 2021, equation 1).
/// x [B, C, H, W] -> [B, N, D], N = (H / Ph) (W / Pw), rows of patches from top to bottom.
/// Throws Error (usage) where the patches do not tile the picture, or x is not of this size.
class PatchEmbedImpl : public torch::nn::Cloneable<PatchEmbedImpl> {
 public:
  explicit PatchEmbedImpl(const PatchEmbedOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  [[nodiscard]] Size2 grid_size() const;
  [[nodiscard]] std::int64_t num_patches() const { return grid_size().height * grid_size().width; }

  PatchEmbedOptions options;
  torch::nn::Conv2d proj{nullptr};
};
TORCH_MODULE(PatchEmbed);

}  // namespace vit
