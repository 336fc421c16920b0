#pragma once

#include "vit/nn/conv.h"
#include "vit/tasks/detect/feature_pyramid.h"

namespace vit {

struct FeaturePyramidNetworkOptions {
  std::vector<std::int64_t> in_channels{};  ///< of the backbone's maps, finest first
  std::int64_t stride = 8;                  ///< pixels between two cells of the finest
  std::int64_t out_channels = 256;
  /// Two more maps, each half as large, from the coarsest one of the pyramid, as torchvision's FCOS
  /// has them.
  bool p6p7 = true;
};

/// The feature pyramid network (Lin et al. 2017, "Feature Pyramid Networks", section 3) over the
/// stages of a convolutional network, each of which halves its map: a 1x1 convolution brings the
/// maps to one width (`inner_blocks.i.0`), each takes over what the coarser ones saw, resampled to
/// the nearest pixel, and a 3x3 convolution smooths the sum (`layer_blocks.i.0`). `extra_blocks.p6`
/// and `.p7` are 3x3 convolutions of stride 2 with a ReLU between them (Lin et al. 2017, "Focal
/// Loss", section 4). The names are torchvision's.
class FeaturePyramidNetwork final : public torch::nn::Module, public FeaturePyramid {
 public:
  /// Throws Error (usage) where there is no map.
  explicit FeaturePyramidNetwork(const FeaturePyramidNetworkOptions& options);

  /// Throws Error (usage) where the maps are not as many or not as wide as in_channels says.
  std::vector<torch::Tensor> forward(const std::vector<torch::Tensor>& maps) override;
  [[nodiscard]] torch::nn::Module& module() override { return *this; }
  [[nodiscard]] std::vector<std::int64_t> strides() const override;
  [[nodiscard]] std::int64_t out_channels() const override { return options_.out_channels; }
  /// As torchvision: uniform within sqrt(3 / inputs of an output), biases 0.
  void init_weights(std::uint64_t seed) override;

 private:
  FeaturePyramidNetworkOptions options_;
  std::vector<Conv2d> inner_, smooth_, extra_;
};

}  // namespace vit
