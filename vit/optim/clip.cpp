#include "vit/optim/clip.h"

#include <ATen/ops/_foreach_clamp_max.h>
#include <ATen/ops/_foreach_clamp_min.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <torch/utils.h>

#include <algorithm>
#include <numeric>
#include <optional>

namespace vit {
namespace {

std::vector<torch::Tensor> gradients_of(const std::vector<torch::Tensor>& parameters) {
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : parameters)
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  return gradients;
}

torch::Tensor unit_norm(const torch::Tensor& x) {
  if (x.dim() <= 1) return at::linalg_vector_norm(x);
  std::vector<std::int64_t> others(static_cast<std::size_t>(x.dim() - 1));
  std::iota(others.begin(), others.end(), std::int64_t{1});
  return at::linalg_vector_norm(x, 2, others, /*keepdim=*/true);
}

/// Scales the gradient of each parameter by itself to a norm of at most `max_norm` (DINO's
/// clip_gradients).
void clip_each_parameter(const std::vector<torch::Tensor>& parameters, double max_norm) {
  for (const torch::Tensor& gradient : gradients_of(parameters)) {
    const torch::Tensor factor = max_norm / (at::linalg_vector_norm(gradient) + 1e-6);
    gradient.mul_(factor.clamp_max(1));
  }
}

}  // namespace

torch::Tensor gradient_norm(const std::vector<torch::Tensor>& gradients) {
  if (gradients.empty()) return torch::zeros({});
  return at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
}

double clip_factor(double norm, double max_norm) { return std::min(1.0, max_norm / (norm + 1e-6)); }

void clip_grad_value(const std::vector<torch::Tensor>& parameters, double limit) {
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> gradients = gradients_of(parameters);
  if (gradients.empty()) return;
  at::_foreach_clamp_min_(gradients, -limit);
  at::_foreach_clamp_max_(gradients, limit);
}

void clip_grad_adaptive(const std::vector<torch::Tensor>& parameters, double factor) {
  constexpr double kLeastWeightNorm = 1e-3, kLeastGradNorm = 1e-6;
  const torch::NoGradGuard no_grad;
  for (const torch::Tensor& parameter : parameters) {
    if (!parameter.grad().defined()) continue;
    const torch::Tensor limit = unit_norm(parameter).clamp_min(kLeastWeightNorm).mul(factor);
    const torch::Tensor norm = unit_norm(parameter.grad());
    parameter.grad().mul_(
        at::where(norm.lt(limit), torch::ones_like(norm), limit / norm.clamp_min(kLeastGradNorm)));
  }
}

Clipping clip_gradients(const std::vector<ParamGroup>& groups, const OptimOptions& options,
                        const std::vector<std::string>& heads) {
  std::vector<torch::Tensor> all, body;
  for (const ParamGroup& group : groups)
    for (const auto& [name, parameter] : group.parameters) {
      all.push_back(parameter);
      if (!is_in_heads(name, heads)) body.push_back(parameter);
    }
  const torch::NoGradGuard no_grad;
  Clipping result{.norm = gradient_norm(gradients_of(all)).item<double>()};
  if (const std::optional<double>& limit = options.clip_grad) {
    if (options.clip_mode == "norm") result.factor = clip_factor(result.norm, *limit);
    if (options.clip_mode == "parameter") clip_each_parameter(all, *limit);
    if (options.clip_mode == "value") clip_grad_value(all, *limit);
    if (options.clip_mode == "agc") clip_grad_adaptive(body, *limit);
  }
  return result;
}

}  // namespace vit
