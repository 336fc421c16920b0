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
  bool strict_img_size = true;   ///< take pictures of img_size only
  bool drop_remainder = false;   ///< pixels right and bottom that fill no patch are left out
  bool dynamic_img_pad = false;  ///< else: pad right and bottom with zeros to whole patches
};

/// Splits a picture into patches and maps each to a token by one linear layer, written as a
/// convolution whose stride is its kernel (Dosovitskiy et al. 2021, equation 1).
/// x [B, C, H, W] -> [B, N, D], N = (H / Ph) (W / Pw), rows of patches from top to bottom. Its
/// weights start as Conv2d's (InitialWeights). Throws Error (usage) where the patches do not tile
/// the picture, or x is not of this size. Where the size is not strict, x may have any size that
/// they tile, or any at all with padding or with a remainder that is dropped.
class PatchEmbedImpl : public torch::nn::Cloneable<PatchEmbedImpl> {
 public:
  explicit PatchEmbedImpl(const PatchEmbedOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  /// Rows and columns of patches of a picture of img_size, and of x.
  [[nodiscard]] Size2 grid_size() const { return grid_of(options.img_size); }
  [[nodiscard]] Size2 grid_of(const torch::Tensor& x) const {
    return grid_of(Size2{x.size(2), x.size(3)});
  }
  [[nodiscard]] std::int64_t num_patches() const { return grid_size().height * grid_size().width; }

  PatchEmbedOptions options;
  torch::nn::Conv2d proj{nullptr};

 private:
  [[nodiscard]] Size2 grid_of(Size2 size) const;
  void check(const torch::Tensor& x) const;
  [[nodiscard]] torch::Tensor patches(const torch::Tensor& x) const;  ///< [B, N, C Ph Pw]
};
TORCH_MODULE(PatchEmbed);

}  // namespace vit
