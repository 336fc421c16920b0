#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "vit/nn/conv.h"

namespace vit {

struct ResNetBlockOptions {
  std::int64_t in_channels = 0;
  std::int64_t channels = 0;  ///< of the inner convolutions
  std::int64_t stride = 1;
  bool bottleneck = false;
  double drop_path = 0.0;

  [[nodiscard]] std::int64_t out_channels() const { return channels * (bottleneck ? 4 : 1); }
  /// Where the shapes of input and output differ, a convolution takes the shortcut there.
  [[nodiscard]] bool has_downsample() const { return stride != 1 || in_channels != out_channels(); }
};

/// A residual block (He et al. 2016, figure 5): two 3x3 convolutions, or 1x1, 3x3 and 1x1 with four
/// times the channels at the end (bottleneck). The stride is in the 3x3 convolution ("v1.5", as in
/// timm and torchvision). x [B, in_channels, H, W] -> [B, out_channels, H / stride, W / stride].
class ResNetBlockImpl : public torch::nn::Cloneable<ResNetBlockImpl> {
 public:
  explicit ResNetBlockImpl(const ResNetBlockOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  ResNetBlockOptions options;
  Conv2d conv1{nullptr}, conv2{nullptr}, conv3{nullptr};
  torch::nn::BatchNorm2d bn1{nullptr}, bn2{nullptr}, bn3{nullptr};
  torch::nn::Sequential downsample{nullptr};
};
TORCH_MODULE(ResNetBlock);

/// Batch normalisation (Ioffe and Szegedy 2015). x [B, C, H, W] -> the same. Throws Error (usage)
/// where there is one value of each channel only, of which training can take no variance.
[[nodiscard]] torch::Tensor batch_norm(torch::nn::BatchNorm2d& norm, const torch::Tensor& x);

}  // namespace vit
