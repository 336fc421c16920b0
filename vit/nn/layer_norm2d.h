#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace vit {

struct LayerNorm2dOptions {
  std::int64_t channels = 0;
  double eps = 1e-6;  ///< timm's; LibTorch's default is 1e-5
};

/// Layer norm over the channels of each pixel (Liu et al. 2022, ConvNeXt). x [B, C, H, W] -> the
/// same.
class LayerNorm2dImpl : public torch::nn::Cloneable<LayerNorm2dImpl> {
 public:
  explicit LayerNorm2dImpl(const LayerNorm2dOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  LayerNorm2dOptions options;
  torch::Tensor weight, bias;  ///< [C]
};
TORCH_MODULE(LayerNorm2d);

}  // namespace vit
