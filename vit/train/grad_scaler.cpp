#include "vit/train/grad_scaler.h"

#include <ATen/ops/_amp_foreach_non_finite_check_and_unscale.h>
#include <torch/utils.h>

namespace vit {
namespace {

constexpr double kGrowth = 2.0, kBackoff = 0.5;
constexpr std::int64_t kGrowthInterval = 2000;

}  // namespace

bool GradScaler::unscale(const std::vector<torch::Tensor>& parameters) {
  if (!enabled_) return true;
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : parameters)
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  if (gradients.empty()) return true;
  const auto options = torch::dtype(torch::kFloat32).device(gradients.front().device());
  torch::Tensor overflow = torch::zeros({}, options);
  at::_amp_foreach_non_finite_check_and_unscale_(gradients, overflow,
                                                 torch::full({}, 1.0 / state_.scale, options));
  if (overflow.item<float>() != 0) {
    state_ = {state_.scale * kBackoff, 0};
    return false;
  }
  if (++state_.good_updates == kGrowthInterval) state_ = {state_.scale * kGrowth, 0};
  return true;
}

}  // namespace vit
