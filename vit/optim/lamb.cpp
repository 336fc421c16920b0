#include "vit/optim/optimizers.h"

#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/where.h>
#include <torch/utils.h>

#include <cmath>
#include <numeric>

#include "vit/optim/flat_loop.h"

namespace vit {
namespace {

constexpr double kMaxGradNorm = 1.0;

class Lamb final : public Optimizer {
 public:
  Lamb(const OptimOptions& options, std::vector<ParamGroup> groups);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void before_update(const std::vector<std::vector<Item>>& groups) override;
  void update(std::vector<Item>& items, const Rates& rates) override;

 private:
  void update_flat(Item& item, const Rates& rates, double clip) const;
  void update_tensor(Item& item, const Rates& rates) const;

  torch::Tensor clip_;  // scalar that gradients are divided by
};

Lamb::Lamb(const OptimOptions& options, std::vector<ParamGroup> groups)
    : Optimizer(options, std::move(groups)) {
  prepare();
}

Optimizer::NamedState Lamb::make_state(const torch::Tensor& parameter) const {
  return {{"exp_avg", zeros_like(parameter)}, {"exp_avg_sq", zeros_like(parameter)}};
}

void Lamb::before_update(const std::vector<std::vector<Item>>& groups) {
  std::vector<torch::Tensor> gradients;
  for (const auto& items : groups)
    for (const Item& item : items) gradients.push_back(item.gradient);
  clip_ = gradient_norm(gradients).div(kMaxGradNorm).clamp_min(1.0);
}

void Lamb::update(std::vector<Item>& items, const Rates& rates) {
  double clip = 0;
  for (Item& item : items) {
    if (!is_flat(item.parameter, item.gradient, item.state[0], item.state[1])) {
      update_tensor(item, rates);
      continue;
    }
    if (clip == 0) clip = clip_.item<double>();
    update_flat(item, rates, clip);
  }
}

void Lamb::update_flat(Item& item, const Rates& rates, double clip) const {
  const std::int64_t size = item.parameter.numel();
  auto* p = item.parameter.data_ptr<float>();
  const auto* g = item.gradient.const_data_ptr<float>();
  auto *m = item.state[0].data_ptr<float>(), *v = item.state[1].data_ptr<float>();
  const auto b2 = static_cast<float>(beta2()), rest1 = static_cast<float>(1 - beta1()),
             rest2 = static_cast<float>(1 - beta2());
  const auto scale = static_cast<float>(1.0 / clip);
  const auto inverse1 = static_cast<float>(1 / (1 - std::pow(beta1(), item.updates)));
  const auto inverse2 = static_cast<float>(1 / std::sqrt(1 - std::pow(beta2(), item.updates)));
  const auto eps = static_cast<float>(options_.eps.value_or(1e-6));
  const auto decay = static_cast<float>(rates.weight_decay);
  const auto direction = [=](std::int64_t i) {
    return m[i] * inverse1 / (std::sqrt(v[i]) * inverse2 + eps) + decay * p[i];
  };

  const auto pieces = static_cast<std::size_t>(flat_pieces(size));
  std::vector<double> p_squares(pieces), u_squares(pieces);
  for_each_piece(size, [&](std::int64_t piece, std::int64_t begin, std::int64_t end) {
    float of_p = 0, of_u = 0;
#pragma omp simd reduction(+ : of_p, of_u)
    for (std::int64_t i = begin; i < end; ++i) {
      const float gradient = g[i] * scale;
      m[i] += rest1 * (gradient - m[i]);
      v[i] = v[i] * b2 + rest2 * gradient * gradient;
      const float u = direction(i);
      of_p += p[i] * p[i];
      of_u += u * u;
    }
    p_squares[static_cast<std::size_t>(piece)] = of_p;
    u_squares[static_cast<std::size_t>(piece)] = of_u;
  });
  const double p_norm = std::sqrt(std::accumulate(p_squares.begin(), p_squares.end(), 0.0));
  const double u_norm = std::sqrt(std::accumulate(u_squares.begin(), u_squares.end(), 0.0));
  const bool adapts = rates.weight_decay != 0 && p_norm > 0 && u_norm > 0;
  const auto lr = static_cast<float>(rates.lr * (adapts ? p_norm / u_norm : 1.0));
  for_each_piece(size, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
#pragma omp simd
    for (std::int64_t i = begin; i < end; ++i) p[i] -= lr * direction(i);
  });
}

void Lamb::update_tensor(Item& item, const Rates& rates) const {
  torch::Tensor &parameter = item.parameter, &exp_avg = item.state[0], &exp_avg_sq = item.state[1];
  const torch::Tensor gradient = item.gradient / clip_.to(item.gradient.device());
  exp_avg.lerp_(gradient, 1 - beta1());
  exp_avg_sq.mul_(beta2()).addcmul_(gradient, gradient, 1 - beta2());
  const double correction1 = 1 - std::pow(beta1(), item.updates),
               correction2 = 1 - std::pow(beta2(), item.updates);
  torch::Tensor direction =
      (exp_avg / correction1)
          .div_((exp_avg_sq.sqrt() / std::sqrt(correction2)).add_(options_.eps.value_or(1e-6)));
  if (rates.weight_decay != 0) {
    direction.add_(parameter, rates.weight_decay);
    const torch::Tensor p_norm = at::linalg_vector_norm(parameter),
                        u_norm = at::linalg_vector_norm(direction);
    direction.mul_(at::where(p_norm.gt(0).logical_and(u_norm.gt(0)), p_norm / u_norm,
                             torch::ones_like(p_norm)));
  }
  parameter.sub_(direction, rates.lr);
}

}  // namespace

std::unique_ptr<Optimizer> make_lamb(const OptimOptions& options, std::vector<ParamGroup> groups) {
  return std::make_unique<Lamb>(options, std::move(groups));
}

}  // namespace vit
