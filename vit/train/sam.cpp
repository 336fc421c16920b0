#include "vit/train/sam.h"

#include <torch/utils.h>

#include "vit/optim/clip.h"

namespace vit {

void Sam::climb() {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : parameters_)
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  const torch::Tensor step = rho_ / (gradient_norm(gradients) + 1e-12);
  before_.clear();
  for (torch::Tensor& parameter : parameters_) {
    before_.push_back(parameter.clone());
    if (!parameter.grad().defined()) continue;
    parameter.add_(parameter.grad() * step);
    parameter.mutable_grad() = torch::Tensor();
  }
}

void Sam::descend() {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < parameters_.size(); ++i) parameters_[i].copy_(before_[i]);
  before_.clear();
}

}  // namespace vit
