#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "vit/core/fields.h"
#include "vit/nn/conv.h"

namespace vit {

struct LinearSegHeadOptions {
  std::int64_t in_channels = 0;  ///< the sum over the layers that are joined
  std::int64_t num_classes = 0;
  double dropout = 0.1;  ///< of whole channels, as mmseg's; DINOv2 itself trains with 0
};
/// What a user sets of it; channels and classes come from the backbone and the data.
void describe(FieldVisitor& visitor, LinearSegHeadOptions& options);

/// The linear head of DINOv2 (Oquab et al. 2023, section 7.4): the patch features of one layer, or
/// of several side by side (`ms`), through BatchNorm and a 1x1 convolution; with mmseg's names
/// `bn.*` and `conv_seg.*`. The BatchNorm is not there for show: features differ in scale by orders
/// of magnitude between channels, and without it the head trains to far less.
///
/// The convolution starts normal with deviation 0.01, its bias at 0, as in mmseg.
class LinearSegHeadImpl : public torch::nn::Cloneable<LinearSegHeadImpl> {
 public:
  explicit LinearSegHeadImpl(const LinearSegHeadOptions& options);
  void reset() override;
  /// Draws all weights anew and forgets the running statistics.
  void init_weights(std::uint64_t seed);

  /// Features of the layers, each [B, D, h, w] -> logits [B, num_classes, h, w]. Throws Error
  /// (usage) where their grids differ, their channels are not in_channels together, or training
  /// sees a single pixel. Needs a RandomScope in training where there is dropout.
  torch::Tensor forward(const std::vector<torch::Tensor>& features);

  LinearSegHeadOptions options;
  torch::nn::BatchNorm2d bn{nullptr};
  Conv2d conv_seg{nullptr};
};
TORCH_MODULE(LinearSegHead);

}  // namespace vit
