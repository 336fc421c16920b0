#include "vit/optim/sgd.h"

#include <ATen/ops/_fused_sgd.h>
#include <torch/utils.h>

namespace vit {

Sgd::Sgd(const OptimOptions& options, std::vector<ParamGroup> groups, bool nesterov)
    : Optimizer(options, std::move(groups)), nesterov_(nesterov) {
  prepare();
}

Optimizer::NamedState Sgd::make_state(const torch::Tensor& parameter) const {
  return {{"momentum", zeros_like(parameter)}};
}

void Sgd::update(std::vector<Item>& items, const Rates& rates) {
  std::vector<torch::Tensor> parameters, gradients, buffers;
  for (const Item& item : items) {
    parameters.push_back(item.parameter);
    gradients.push_back(item.gradient);
    if (rates.momentum > 0) buffers.push_back(item.state[0]);
  }
  // Buffers start at zero, which makes the first step the same as PyTorch's "first step" rule.
  at::_fused_sgd_(parameters, gradients, buffers, rates.weight_decay, rates.momentum, rates.lr,
                  /*dampening=*/0.0, nesterov_ && rates.momentum > 0, /*maximize=*/false,
                  /*is_first_step=*/false, divisor(rates, parameters.front().device()));
}

}  // namespace vit
