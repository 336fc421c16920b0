#include "vit/train/ema.h"

#include <ATen/ops/_foreach_lerp.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

namespace vit {

double ema_decay(const EmaOptions& options, std::int64_t update) {
  if (update <= 1) return 0.0;
  if (!options.warmup) return options.decay;
  return std::clamp(1.0 - std::pow(static_cast<double>(update), -2.0 / 3.0), 0.0, options.decay);
}

Ema::Ema(Network& network, const EmaOptions& options) : options_(options) {
  const torch::NoGradGuard no_grad;
  const auto add = [&](const std::string& name, const torch::Tensor& tensor) {
    live_.push_back(tensor);
    averages_.emplace_back(name,
                           tensor.detach()
                               .to(options.force_cpu ? torch::Device(torch::kCPU) : tensor.device())
                               .clone());
  };
  for (const auto& item : network.module().named_parameters()) add(item.key(), item.value());
  for (const auto& item : network.module().named_buffers()) add(item.key(), item.value());
}

void Ema::update(std::int64_t update, std::optional<double> decay) {
  const torch::NoGradGuard no_grad;
  const double weight = 1.0 - (update <= 1 ? 0.0 : decay.value_or(ema_decay(options_, update)));
  std::vector<torch::Tensor> averages, live;
  for (std::size_t i = 0; i < live_.size(); ++i) {
    torch::Tensor& average = averages_[i].second;
    if (!average.is_floating_point()) {
      average.copy_(live_[i]);
      continue;
    }
    averages.push_back(average);
    live.push_back(live_[i].detach().to(average.device()));
  }
  if (!averages.empty()) at::_foreach_lerp_(averages, live, weight);  // on a GPU in a few launches
}

EmaWeights::EmaWeights(Ema* ema) : ema_(ema) {
  if (ema_ == nullptr) return;
  for (std::size_t i = 0; i < ema_->live_.size(); ++i) {
    torch::Tensor& live = ema_->live_[i];
    own_.push_back(live.detach());
    live.set_data(ema_->averages_[i].second.to(live.device()));
  }
}

EmaWeights::~EmaWeights() {
  for (std::size_t i = 0; i < own_.size(); ++i) ema_->live_[i].set_data(own_[i]);
}

}  // namespace vit
