#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

/// Makes maps of several sizes, all of one width, of a backbone's features: what a dense head looks
/// for objects in. Beside being a torch::nn::Module.
class FeaturePyramid {
 public:
  virtual ~FeaturePyramid() = default;
  /// Maps [B, D, h, w] of the layers that it builds on -> maps [B, out_channels, h, w], the finest
  /// first.
  virtual std::vector<torch::Tensor> forward(const std::vector<torch::Tensor>& maps) = 0;
  [[nodiscard]] virtual torch::nn::Module& module() = 0;
  /// Pixels between two cells of each map, the finest first.
  [[nodiscard]] virtual std::vector<std::int64_t> strides() const = 0;
  [[nodiscard]] virtual std::int64_t out_channels() const = 0;
  virtual void init_weights(std::uint64_t seed) = 0;
};

}  // namespace vit
