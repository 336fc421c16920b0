#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "vit/nn/conv.h"
#include "vit/nn/layer_norm2d.h"

namespace vit {

struct ConvNormOptions {
  std::int64_t in_channels = 0, out_channels = 0;
  std::int64_t kernel_size = 1;
  double eps = 1e-6;
};

/// Convolution without bias (`conv`), layer norm over the channels (`bn`, as its source has it for
/// batch norm) and SiLU. x [B, in_channels, H, W] -> [B, out_channels, H, W].
class ConvNormImpl : public torch::nn::Cloneable<ConvNormImpl> {
 public:
  explicit ConvNormImpl(const ConvNormOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  ConvNormOptions options;
  Conv2d conv{nullptr};
  LayerNorm2d bn{nullptr};
};
TORCH_MODULE(ConvNorm);

/// Two 3x3 convolutions, `cv1` and `cv2`. x [B, channels, H, W] -> the same.
class BottleneckImpl : public torch::nn::Cloneable<BottleneckImpl> {
 public:
  BottleneckImpl(std::int64_t channels, double eps);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x) { return cv2(cv1(x)); }

  std::int64_t channels;
  double eps;
  ConvNorm cv1{nullptr}, cv2{nullptr};
};
TORCH_MODULE(Bottleneck);

struct C2fOptions {
  std::int64_t in_channels = 0, out_channels = 0;
  std::int64_t blocks = 3;
  double eps = 1e-6;
};

/// YOLOv8's C2f, without shortcuts: half of the channels go through a chain of bottlenecks (`m.j`),
/// and all that came out on the way is joined. x [B, in_channels, H, W] -> [B, out_channels, H, W].
class C2fImpl : public torch::nn::Cloneable<C2fImpl> {
 public:
  explicit C2fImpl(const C2fOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  C2fOptions options;
  ConvNorm cv1{nullptr}, cv2{nullptr};
  torch::nn::ModuleList m{nullptr};  ///< of Bottleneck
};
TORCH_MODULE(C2f);

/// RF-DETR's projector for the scale P4: C2f and a layer norm, named `stages.0.0` and `stages.0.1`.
/// Features side by side [B, in_channels, h, w] -> [B, out_channels, h, w].
class RfDetrProjectorImpl : public torch::nn::Cloneable<RfDetrProjectorImpl> {
 public:
  explicit RfDetrProjectorImpl(const C2fOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& features);

  C2fOptions options;
  torch::nn::ModuleList stages{nullptr};  ///< of one list: C2f, LayerNorm2d
};
TORCH_MODULE(RfDetrProjector);

}  // namespace vit
