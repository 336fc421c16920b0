#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "vit/nn/linear.h"

namespace vit {

/// A head of YOLOS (and of DETR): three linear layers, `layers.0` to `layers.2`, with ReLU between
/// them; x [..., dim] -> [..., out]. All hidden widths are dim.
class YolosMlpImpl : public torch::nn::Cloneable<YolosMlpImpl> {
 public:
  YolosMlpImpl(std::int64_t dim, std::int64_t out);
  void reset() override;
  /// Weights and biases as torch.nn.Linear starts them.
  void init_weights(std::uint64_t seed);
  torch::Tensor forward(torch::Tensor x);

 private:
  std::int64_t dim_, out_;
  std::vector<Linear> layers_;
};
TORCH_MODULE(YolosMlp);

}  // namespace vit
