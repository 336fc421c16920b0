#include "vit/optim/optimizers.h"

#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <torch/utils.h>

namespace vit {
namespace {

class Adam final : public Optimizer {
 public:
  Adam(const OptimOptions& options, std::vector<ParamGroup> groups, bool decoupled);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;
  [[nodiscard]] bool scales_gradients() const override { return true; }

 private:
  bool decoupled_;
};

Adam::Adam(const OptimOptions& options, std::vector<ParamGroup> groups, bool decoupled)
    : Optimizer(options, std::move(groups)), decoupled_(decoupled) {
  prepare();
}

Optimizer::NamedState Adam::make_state(const torch::Tensor& parameter) const {
  return {{"exp_avg", zeros_like(parameter)}, {"exp_avg_sq", zeros_like(parameter)}};
}

void Adam::update(std::vector<Item>& items, const Rates& rates) {
  std::vector<torch::Tensor> parameters, gradients, exp_avgs, exp_avg_sqs, steps;
  for (const Item& item : items) {
    parameters.push_back(item.parameter);
    gradients.push_back(item.gradient);
    exp_avgs.push_back(item.state[0]);
    exp_avg_sqs.push_back(item.state[1]);
    steps.push_back(item.step);
  }
  const auto fused = [&](auto step) {
    step(parameters, gradients, exp_avgs, exp_avg_sqs, /*max_exp_avg_sqs=*/at::TensorList{}, steps,
         rates.lr, beta1(), beta2(), rates.weight_decay, options_.eps.value_or(1e-8),
         /*amsgrad=*/false, /*maximize=*/false, divisor(rates, parameters.front().device()),
         /*found_inf=*/std::optional<torch::Tensor>());
  };
  if (decoupled_)
    fused([](auto&&... arguments) { at::_fused_adamw_(arguments...); });
  else
    fused([](auto&&... arguments) { at::_fused_adam_(arguments...); });
}

}  // namespace

std::unique_ptr<Optimizer> make_adam(const OptimOptions& options, std::vector<ParamGroup> groups,
                                     bool decoupled) {
  return std::make_unique<Adam>(options, std::move(groups), decoupled);
}

}  // namespace vit
