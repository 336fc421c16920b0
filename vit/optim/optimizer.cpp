#include "vit/optim/optimizer.h"

#include <ATen/ops/_foreach_mul.h>
#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/optim/optimizers.h"

namespace vit {

void Optimizer::prepare() {
  if (options_.betas && options_.betas->size() != 2)
    throw Error(ErrorKind::usage, "optim.betas",
                str("expected two numbers, got ", options_.betas->size()),
                "write betas: [0.9, 0.999]");
  std::int64_t count = 0;
  for (const ParamGroup& group : groups_) {
    auto& states = state_.emplace_back();
    for (const NamedParameter& item : group.parameters)
      states.push_back(make_state(item.parameter));
    count += static_cast<std::int64_t>(group.parameters.size());
  }
  steps_ = torch::zeros({count}, torch::kFloat32);
}

void Optimizer::step(const UpdateRates& rates) {
  const torch::NoGradGuard no_grad;
  std::vector<std::vector<Item>> all(groups_.size());
  auto* steps = steps_.data_ptr<float>();
  std::vector<std::vector<std::int64_t>> indices(groups_.size());
  std::int64_t index = 0;
  torch::Device device = torch::kCPU;
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (std::size_t i = 0; i < groups_[g].parameters.size(); ++i, ++index) {
      const torch::Tensor& parameter = groups_[g].parameters[i].parameter;
      if (!parameter.grad().defined()) continue;
      device = parameter.device();
      steps[index] += 1;
      indices[g].push_back(index);
      Item& item = all[g].emplace_back(Item{parameter, parameter.grad(), {}, steps[index], {}});
      for (const auto& [name, tensor] : state_[g][i]) item.state.push_back(tensor);
    }
  const torch::Tensor steps_there = steps_.to(device);  // one copy for all, where it is a GPU
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (std::size_t i = 0; i < all[g].size(); ++i)
      all[g][i].step = steps_there.select(0, indices[g][i]);
  if (rates.gradient_factor != 1.0 && !scales_gradients()) {
    std::vector<torch::Tensor> gradients;
    for (const std::vector<Item>& items : all)
      for (const Item& item : items) gradients.push_back(item.gradient);
    if (!gradients.empty()) at::_foreach_mul_(gradients, rates.gradient_factor);
  }
  before_update(all);
  for (std::size_t g = 0; g < groups_.size(); ++g)
    if (!all[g].empty())
      update(all[g],
             {rates.lr * groups_[g].lr_scale, groups_[g].weight_decay * rates.weight_decay_factor,
              rates.momentum.value_or(options_.momentum), rates.gradient_factor});
  ++updates_;
}

std::vector<std::pair<std::string, torch::Tensor>> Optimizer::state() const {
  std::vector<std::pair<std::string, torch::Tensor>> tensors{{"steps", steps_}};
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (std::size_t i = 0; i < groups_[g].parameters.size(); ++i)
      for (const auto& [name, tensor] : state_[g][i])
        tensors.emplace_back(name + "/" + groups_[g].parameters[i].name, tensor);
  return tensors;
}

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

std::optional<torch::Tensor> Optimizer::divisor(const Rates& rates, const torch::Device& device) {
  if (rates.gradient_factor == 1.0) return std::nullopt;
  return torch::full({}, 1.0 / rates.gradient_factor,
                     torch::TensorOptions(torch::kFloat32).device(device));
}

torch::Tensor Optimizer::zeros_like(const torch::Tensor& parameter) {
  return torch::zeros_like(parameter, torch::MemoryFormat::Preserve).detach();
}

std::unique_ptr<Optimizer> create_optimizer(const OptimOptions& options,
                                            std::vector<ParamGroup> groups) {
  const std::string& opt = options.opt;
  if (opt == "adam") return make_adam(options, std::move(groups), false);
  if (opt == "sgd") return make_sgd(options, std::move(groups), true);
  if (opt == "momentum") return make_sgd(options, std::move(groups), false);
  if (opt == "lamb") return make_lamb(options, std::move(groups));
  if (opt == "lion") return make_lion(options, std::move(groups));
  if (opt == "lars") return make_lars(options, std::move(groups));
  if (opt == "adafactorbv") return make_adafactor(options, std::move(groups));
  if (opt == "muon") return make_muon(options, std::move(groups), false);
  if (opt == "nmuon") return make_muon(options, std::move(groups), true);
  VIT_ASSERT(opt == "adamw", opt);
  return make_adam(options, std::move(groups), true);
}

}  // namespace vit
