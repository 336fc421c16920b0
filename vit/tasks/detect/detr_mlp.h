#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "vit/nn/linear.h"

namespace vit {

/// DETR's perceptron: linear layers named `layers.i` with ReLU between them, [..., widths.front()]
/// -> [..., widths.back()].
class DetrMlpImpl : public torch::nn::Cloneable<DetrMlpImpl> {
 public:
  explicit DetrMlpImpl(std::vector<std::int64_t> widths);
  void reset() override;
  /// Weights and biases as torch.nn.Linear starts them.
  void init_weights(std::uint64_t seed);
  torch::Tensor forward(torch::Tensor x);

  std::vector<std::int64_t> widths;
  torch::nn::ModuleList layers{nullptr};  ///< of Linear
};
TORCH_MODULE(DetrMlp);

}  // namespace vit
