#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace vit {

struct LinearOptions {
  std::int64_t in_features = 0, out_features = 0;
  bool bias = true;
};

/// y = x W^T + b, x [..., in_features] -> [..., out_features], for any rank by one at::linear.
///
/// Made by itself it starts with normal weights of deviation 0.02 and biases of 0; InitialWeights
/// says from which seed. (torch::nn::Linear would draw from the global generator.)
class LinearImpl : public torch::nn::Cloneable<LinearImpl> {
 public:
  explicit LinearImpl(const LinearOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);
  /// The same with another bias.
  torch::Tensor forward_with_bias(const torch::Tensor& x, const torch::Tensor& other);
  void pretty_print(std::ostream& out) const override;
  /// Takes the adapter away, without merging it.
  void remove_lora();

  LinearOptions options;
  torch::Tensor weight;  ///< [out_features, in_features]
  torch::Tensor bias;    ///< [out_features], undefined without bias

  /// A low-rank adapter (see lora.h): y = x W^T + b + lora_scale (x A^T) B^T; undefined without
  /// one.
  torch::Tensor lora_a;  ///< [rank, in_features]
  torch::Tensor lora_b;  ///< [out_features, rank]
  double lora_scale = 0;
};
TORCH_MODULE(Linear);

}  // namespace vit
