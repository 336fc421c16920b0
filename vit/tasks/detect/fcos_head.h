#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

struct FCOSHeadOptions {
  std::int64_t in_channels = 256, num_classes = 0;
  std::int64_t num_convs = 4;
};

/// What the head says of every cell of all maps, the finest map first and in reading order.
struct FCOSOutputs {
  torch::Tensor cls_logits;       ///< [B, N, K]
  torch::Tensor bbox_regression;  ///< [B, N, 4], not negative: left, top, right, bottom / stride
  torch::Tensor bbox_ctrness;     ///< [B, N, 1]
};

/// The head of FCOS (Tian et al. 2020), the same for every map: two towers of 3x3 convolutions with
/// group norm (32 groups) and ReLU, one that classifies, one that says how far the box's sides and
/// its centre are. Names are torchvision's.
class FCOSHead final : public torch::nn::Module {
 public:
  explicit FCOSHead(const FCOSHeadOptions& options);
  [[nodiscard]] FCOSOutputs forward(const std::vector<torch::Tensor>& maps);
  /// Normal with deviation 0.01; the classes' bias says that one cell in a hundred has an object.
  void init_weights(std::uint64_t seed);

 private:
  class Tower;
  FCOSHeadOptions options_;
  std::shared_ptr<Tower> classification_, regression_;
};

}  // namespace vit
