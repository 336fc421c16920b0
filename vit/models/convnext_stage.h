#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <optional>
#include <vector>

#include "vit/nn/activation.h"
#include "vit/nn/conv.h"
#include "vit/nn/mlp.h"
#include "vit/nn/norm.h"

namespace vit {

struct ConvNeXtBlockOptions {
  std::int64_t dim = 0;
  std::int64_t kernel_size = 7;
  std::optional<double> ls_init_value = 1e-6;  ///< of LayerScale; none: no LayerScale
  Activation act = Activation::gelu;
  double norm_eps = 1e-6;
  double drop_path = 0.0;
};

/// One ConvNeXt block (Liu et al. 2022, figure 4): a depthwise convolution mixes the pixels of each
/// channel, then layer norm and an MLP mix the channels of each pixel. x [B, C, H, W] -> the same.
class ConvNeXtBlockImpl : public torch::nn::Cloneable<ConvNeXtBlockImpl> {
 public:
  explicit ConvNeXtBlockImpl(const ConvNeXtBlockOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  ConvNeXtBlockOptions options;
  Conv2d conv_dw{nullptr};
  Norm norm{nullptr};
  Mlp mlp{nullptr};     ///< four times as wide inside
  torch::Tensor gamma;  ///< [C]: LayerScale
};
TORCH_MODULE(ConvNeXtBlock);

struct ConvNeXtStageOptions {
  std::int64_t in_channels = 0;
  bool downsample = false;         ///< halve height and width, and change the channels
  ConvNeXtBlockOptions block;      ///< of each block, but for drop_path
  std::vector<double> drop_paths;  ///< of each block
};

/// One stage: a 2x2 convolution halves the maps (not in the first stage), then blocks.
/// x [B, in_channels, H, W] -> [B, dim, H / 2, W / 2].
class ConvNeXtStageImpl : public torch::nn::Cloneable<ConvNeXtStageImpl> {
 public:
  explicit ConvNeXtStageImpl(const ConvNeXtStageOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  ConvNeXtStageOptions options;
  torch::nn::Sequential downsample{nullptr};  ///< LayerNorm2d, Conv2d
  torch::nn::Sequential blocks{nullptr};      ///< of ConvNeXtBlock
};
TORCH_MODULE(ConvNeXtStage);

}  // namespace vit
