#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace vit {

struct Conv2dOptions {
  std::int64_t in_channels = 0, out_channels = 0;
  std::int64_t kernel_size = 1, stride = 1, padding = 0;
  std::int64_t groups = 1;  ///< in_channels: depthwise
  bool bias = true;
};

/// Convolution with a square kernel, x [B, in_channels, H, W] -> [B, out_channels, H', W'].
///
/// Made by itself it starts uniform within 1 / sqrt(inputs of an output), bias too, as torch::nn's
/// Conv2d, but from the seed that InitialWeights says and not from the global generator.
class Conv2dImpl : public torch::nn::Cloneable<Conv2dImpl> {
 public:
  explicit Conv2dImpl(const Conv2dOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);
  void pretty_print(std::ostream& out) const override;

  /// Height or width of the output for that of the input; 0 where the kernel does not fit.
  [[nodiscard]] std::int64_t output_size(std::int64_t input) const;

  Conv2dOptions options;
  torch::Tensor weight;  ///< [out_channels, in_channels / groups, kernel_size, kernel_size]
  torch::Tensor bias;    ///< [out_channels], undefined without bias
};
TORCH_MODULE(Conv2d);

}  // namespace vit
