#include "vit/optim/optimizers.h"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace vit {
namespace {

/// The polynomial a x + b x^3 + c x^5 of each step; the last one repeats.
struct Quintic {
  double a, b, c;
};
constexpr std::array kQuintics = {
    Quintic{4.0848, -6.8946, 2.9270}, Quintic{3.9505, -6.3029, 2.6377},
    Quintic{3.7418, -5.5913, 2.3037}, Quintic{2.8769, -3.1427, 1.2046},
    Quintic{2.8366, -3.0525, 1.2012},
};

}  // namespace

torch::Tensor orthogonalise(const torch::Tensor& x, std::int64_t steps) {
  const bool tall = x.size(0) > x.size(1);
  torch::Tensor y = x.is_cpu() ? x : x.to(torch::kBFloat16);
  if (tall) y = y.t();
  y = (y / at::linalg_vector_norm(y).clamp_min(1e-7)).contiguous();
  for (std::int64_t step = 0; step < steps; ++step) {
    const Quintic& q = kQuintics[std::min(static_cast<std::size_t>(step), kQuintics.size() - 1)];
    const torch::Tensor gram = y.mm(y.t());  // [min(M, N)] squared
    y = at::addmm(y, at::addmm(gram, gram, gram, q.b, q.c), y, q.a, 1.0);
  }
  return (tall ? y.t() : y).to(x.scalar_type());
}

bool suits_muon(const torch::Tensor& parameter) {
  constexpr std::int64_t kMinSize = 4, kMaxAspect = 128;
  // A leading 1 is a token, a table of positions or the kernel of a depthwise convolution.
  if (parameter.dim() < 2 || parameter.size(0) == 1 || parameter.size(1) == 1) return false;
  const std::int64_t rows = parameter.size(0), columns = parameter.numel() / rows;
  const auto [small, large] = std::minmax(rows, columns);
  return small >= kMinSize && large <= kMaxAspect * small;
}

namespace {

class Muon final : public Optimizer {
 public:
  Muon(const OptimOptions& options, std::vector<ParamGroup> groups, bool nesterov);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;

 private:
  bool nesterov_;
};

Muon::Muon(const OptimOptions& options, std::vector<ParamGroup> groups, bool nesterov)
    : Optimizer(options, std::move(groups)), nesterov_(nesterov) {
  prepare();
}

Optimizer::NamedState Muon::make_state(const torch::Tensor& parameter) const {
  if (suits_muon(parameter)) return {{"momentum", zeros_like(parameter)}};
  return {{"exp_avg", zeros_like(parameter)}, {"exp_avg_sq", zeros_like(parameter)}};
}

void Muon::update(std::vector<Item>& items, const Rates& rates) {
  for (Item& item : items) {
    torch::Tensor& parameter = item.parameter;
    if (!suits_muon(parameter)) {
      at::_fused_adamw_({parameter}, {item.gradient}, {item.state[0]}, {item.state[1]}, {},
                        {item.step}, rates.lr, beta1(), beta2(0.95), rates.weight_decay,
                        options_.eps.value_or(1e-8), /*amsgrad=*/false, /*maximize=*/false);
      continue;
    }
    torch::Tensor& momentum = item.state[0];
    momentum.lerp_(item.gradient, 1 - rates.momentum);
    const torch::Tensor direction =
        nesterov_ ? item.gradient.lerp(momentum, rates.momentum) : momentum;
    const torch::Tensor orthogonal = orthogonalise(direction.flatten(1), options_.ns_steps);
    const auto larger = static_cast<double>(std::max(orthogonal.size(0), orthogonal.size(1)));
    const double rms_of_adam = 0.2 * std::sqrt(larger);
    parameter.mul_(1 - rates.lr * rates.weight_decay)
        .sub_(orthogonal.view_as(parameter), rates.lr * rms_of_adam);
  }
}

}  // namespace

std::unique_ptr<Optimizer> make_muon(const OptimOptions& options, std::vector<ParamGroup> groups,
                                     bool nesterov) {
  return std::make_unique<Muon>(options, std::move(groups), nesterov);
}

}  // namespace vit
