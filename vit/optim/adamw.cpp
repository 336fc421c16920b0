#include "vit/optim/adamw.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_fused_adamw.h>
#include <torch/utils.h>

#include "vit/core/error.h"

namespace vit {

AdamW::AdamW(const OptimOptions& options, std::vector<ParamGroup> groups)
    : Optimizer(std::move(groups)), options_(options) {
  if (options_.betas.size() != 2)
    throw Error(ErrorKind::usage, "optim.betas",
                str("expected two numbers, got ", options_.betas.size()),
                "write betas: [0.9, 0.999]");
  for (const ParamGroup& group : groups_) {
    std::vector<Moments>& moments = moments_.emplace_back();
    for (const auto& [name, parameter] : group.parameters)
      moments.push_back(
          {torch::zeros_like(parameter, torch::MemoryFormat::Preserve).detach(),
           torch::zeros_like(parameter, torch::MemoryFormat::Preserve).detach(),
           torch::zeros({}, parameter.options().dtype(torch::kFloat32).requires_grad(false))});
  }
}

void AdamW::step(double lr) {
  torch::NoGradGuard no_grad;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    std::vector<torch::Tensor> parameters, gradients, exp_avgs, exp_avg_sqs, steps;
    for (std::size_t i = 0; i < groups_[g].parameters.size(); ++i) {
      const torch::Tensor& parameter = groups_[g].parameters[i].parameter;
      if (!parameter.grad().defined()) continue;
      parameters.push_back(parameter);
      gradients.push_back(parameter.grad());
      exp_avgs.push_back(moments_[g][i].exp_avg);
      exp_avg_sqs.push_back(moments_[g][i].exp_avg_sq);
      steps.push_back(moments_[g][i].step);
    }
    if (parameters.empty()) continue;
    at::_foreach_add_(steps, 1);
    at::_fused_adamw_(parameters, gradients, exp_avgs, exp_avg_sqs, /*max_exp_avg_sqs=*/{}, steps,
                      lr, options_.betas[0], options_.betas[1], groups_[g].weight_decay,
                      options_.eps,
                      /*amsgrad=*/false, /*maximize=*/false);
  }
  ++updates_;
}

std::vector<std::pair<std::string, torch::Tensor>> AdamW::state() {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (std::size_t i = 0; i < groups_[g].parameters.size(); ++i) {
      const std::string& name = groups_[g].parameters[i].name;
      tensors.emplace_back("exp_avg/" + name, moments_[g][i].exp_avg);
      tensors.emplace_back("exp_avg_sq/" + name, moments_[g][i].exp_avg_sq);
    }
  return tensors;
}

void AdamW::set_updates(std::int64_t updates) {
  Optimizer::set_updates(updates);
  for (auto& group : moments_)
    for (Moments& moments : group) moments.step.fill_(static_cast<double>(updates));
}

}  // namespace vit
