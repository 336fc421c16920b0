#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "vit/nn/linear.h"

namespace vit {

struct MlpOptions {
  std::int64_t in_features = 0, hidden_features = 0;
  double drop = 0.0;
};

/// The feed-forward half of an encoder block: fc2(GELU(fc1(x))), with the exact (erf) GELU
/// (Dosovitskiy et al. 2021, section 3.1). x [B, N, D] -> [B, N, D].
class MlpImpl : public torch::nn::Cloneable<MlpImpl> {
 public:
  explicit MlpImpl(const MlpOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  MlpOptions options;
  Linear fc1{nullptr}, fc2{nullptr};
};
TORCH_MODULE(Mlp);

}  // namespace vit
