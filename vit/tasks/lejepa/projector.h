#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "vit/core/fields.h"
#include "vit/nn/linear.h"

namespace vit {

struct ProjectorOptions {
  std::int64_t hidden_dim = 2048;
  std::int64_t out_dim = 128;
  std::int64_t in_dim = 0;  ///< of the backbone's features
};
/// What a user sets of it.
void describe(FieldVisitor& visitor, ProjectorOptions& options);

/// What stands between features and LeJEPA's loss: two hidden layers with BatchNorm and ReLU, with
/// the names of torchvision's MLP. x [B, in_dim] -> [B, out_dim].
///
/// Linear layers start normal with deviation 0.02, cut at 2, biases at 0.
class ProjectorImpl : public torch::nn::Cloneable<ProjectorImpl> {
 public:
  explicit ProjectorImpl(const ProjectorOptions& options);
  void reset() override;
  void init_weights(std::uint64_t seed);
  torch::Tensor forward(const torch::Tensor& x);

  ProjectorOptions options;
  Linear first{nullptr}, second{nullptr}, last{nullptr};             ///< `0`, `4`, `8`
  torch::nn::BatchNorm1d first_norm{nullptr}, second_norm{nullptr};  ///< `1`, `5`
};
TORCH_MODULE(Projector);

}  // namespace vit
