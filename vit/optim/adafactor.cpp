#include "vit/optim/optimizers.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace vit {
namespace {

constexpr std::int64_t kMinFactoredDim = 16;
constexpr double kDecayRate = 0.8, kBeta2Cap = 0.999;

struct FactoredDims {
  std::int64_t second_largest, largest;
};

/// The two largest dimensions, where both are large enough.
std::optional<FactoredDims> factored_dims(const torch::Tensor& parameter) {
  if (parameter.dim() < 2) return std::nullopt;
  std::vector<std::int64_t> order(static_cast<std::size_t>(parameter.dim()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return parameter.size(a) < parameter.size(b);
  });
  const std::int64_t second = order[order.size() - 2], largest = order.back();
  if (parameter.size(second) < kMinFactoredDim) return std::nullopt;
  return FactoredDims{second, largest};
}

class Adafactor final : public Optimizer {
 public:
  Adafactor(const OptimOptions& options, std::vector<ParamGroup> groups);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;
};

Adafactor::Adafactor(const OptimOptions& options, std::vector<ParamGroup> groups)
    : Optimizer(options, std::move(groups)) {
  prepare();
}

Optimizer::NamedState Adafactor::make_state(const torch::Tensor& parameter) const {
  NamedState state{{"exp_avg", zeros_like(parameter).to(torch::kBFloat16)}};
  if (const auto dims = factored_dims(parameter)) {
    auto rows = parameter.sizes().vec(), columns = rows;
    rows[static_cast<std::size_t>(dims->largest)] = 1;
    columns[static_cast<std::size_t>(dims->second_largest)] = 1;
    const auto options = parameter.options().requires_grad(false);
    state.emplace_back("exp_avg_sq_r", torch::zeros(rows, options));
    state.emplace_back("exp_avg_sq_c", torch::zeros(columns, options));
  } else {
    state.emplace_back("exp_avg_sq", zeros_like(parameter));
  }
  return state;
}

void Adafactor::update(std::vector<Item>& items, const Rates& rates) {
  const double eps = options_.eps.value_or(1e-30);
  for (Item& item : items) {
    const double rest = 1 - std::min(kBeta2Cap, 1 - std::pow(item.updates, -kDecayRate));
    const torch::Tensor squares = item.gradient.square().add_(eps);
    torch::Tensor direction;
    if (const auto dims = factored_dims(item.parameter)) {
      torch::Tensor &rows = item.state[1], &columns = item.state[2];
      rows.lerp_(squares.mean(dims->largest, /*keepdim=*/true), rest);
      columns.lerp_(squares.mean(dims->second_largest, /*keepdim=*/true), rest);
      const torch::Tensor row_factor =
          (rows / rows.mean(dims->second_largest, /*keepdim=*/true)).rsqrt_();
      direction = item.gradient * row_factor * columns.rsqrt();
    } else {
      item.state[1].lerp_(squares, rest);
      direction = item.gradient * item.state[1].rsqrt();
    }
    torch::Tensor& exp_avg = item.state[0];
    exp_avg.lerp_(direction.to(exp_avg.scalar_type()), 1 - rates.momentum);
    item.parameter.mul_(1 - rates.lr * rates.weight_decay)
        .sub_(exp_avg.to(item.parameter.scalar_type()), rates.lr);
  }
}

}  // namespace

std::unique_ptr<Optimizer> make_adafactor(const OptimOptions& options,
                                          std::vector<ParamGroup> groups) {
  return std::make_unique<Adafactor>(options, std::move(groups));
}

}  // namespace vit
