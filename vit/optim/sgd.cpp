#include "vit/optim/sgd.h"

#include <ATen/ops/_fused_sgd.h>
#include <torch/utils.h>

namespace vit {

Sgd::Sgd(const OptimOptions& options, std::vector<ParamGroup> groups)
    : Optimizer(std::move(groups)), options_(options) {
  for (const ParamGroup& group : groups_) {
    auto& buffers = momentum_.emplace_back();
    for (const auto& [name, parameter] : group.parameters)
      buffers.push_back(torch::zeros_like(parameter, torch::MemoryFormat::Preserve).detach());
  }
}

void Sgd::step(double lr) {
  torch::NoGradGuard no_grad;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    std::vector<torch::Tensor> parameters, gradients, buffers;
    for (std::size_t i = 0; i < groups_[g].parameters.size(); ++i) {
      const torch::Tensor& parameter = groups_[g].parameters[i].parameter;
      if (!parameter.grad().defined()) continue;
      parameters.push_back(parameter);
      gradients.push_back(parameter.grad());
      buffers.push_back(momentum_[g][i]);
    }
    if (parameters.empty()) continue;
    // Buffers start at zero, which makes the first step the same as PyTorch's "first step" rule.
    const bool with_momentum = options_.momentum > 0;
    at::_fused_sgd_(parameters, gradients, with_momentum ? buffers : std::vector<torch::Tensor>{},
                    groups_[g].weight_decay, options_.momentum, lr, /*dampening=*/0.0,
                    /*nesterov=*/with_momentum, /*maximize=*/false, /*is_first_step=*/false);
  }
  ++updates_;
}

std::vector<std::pair<std::string, torch::Tensor>> Sgd::state() {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (std::size_t i = 0; i < groups_[g].parameters.size(); ++i)
      tensors.emplace_back("momentum/" + groups_[g].parameters[i].name, momentum_[g][i]);
  return tensors;
}

}  // namespace vit
