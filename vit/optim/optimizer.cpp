#include "vit/optim/optimizer.h"

#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <torch/utils.h>

#include <cmath>

#include "vit/optim/adamw.h"
#include "vit/optim/sgd.h"

namespace vit {

void Optimizer::zero_grad() {
  for (ParamGroup& group : groups_)
    for (NamedParameter& item : group.parameters) item.parameter.mutable_grad() = torch::Tensor();
}

std::vector<torch::Tensor> Optimizer::parameters() const {
  std::vector<torch::Tensor> all;
  for (const ParamGroup& group : groups_)
    for (const NamedParameter& item : group.parameters) all.push_back(item.parameter);
  return all;
}

std::unique_ptr<Optimizer> create_optimizer(const OptimOptions& options,
                                            std::vector<ParamGroup> groups) {
  if (options.opt == "sgd") return std::make_unique<Sgd>(options, std::move(groups));
  return std::make_unique<AdamW>(options, std::move(groups));
}

torch::Tensor clip_grad_norm(const std::vector<torch::Tensor>& parameters, double max_norm) {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : parameters)
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  if (gradients.empty()) return torch::zeros({});
  const torch::Tensor norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
  if (std::isfinite(max_norm)) {
    // No branch on the value: that would wait for a GPU.
    const torch::Tensor factor = (max_norm / (norm + 1e-6)).clamp_max(1.0);
    at::_foreach_mul_(gradients, factor);
  }
  return norm;
}

}  // namespace vit
