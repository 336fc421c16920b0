#include "vit/optim/optimizers.h"

#include <ATen/ops/_fused_sgd.h>
#include <torch/utils.h>

namespace vit {
namespace {

class Sgd final : public Optimizer {
 public:
  Sgd(const OptimOptions& options, std::vector<ParamGroup> groups, bool nesterov);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;
  [[nodiscard]] bool scales_gradients() const override { return true; }

 private:
  bool nesterov_;
};

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

}  // namespace

std::unique_ptr<Optimizer> make_sgd(const OptimOptions& options, std::vector<ParamGroup> groups,
                                    bool nesterov) {
  return std::make_unique<Sgd>(options, std::move(groups), nesterov);
}

}  // namespace vit
