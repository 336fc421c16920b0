#include "vit/optim/optimizers.h"

#include <torch/utils.h>

#include "vit/optim/flat_loop.h"

namespace vit {
namespace {

struct Coefficients {
  float lr, decay;
  float first, second;  // 1 - beta, rounded once: a sign near zero follows the last bit
};

void step_flat(float* parameter, const float* gradient, float* momentum, std::int64_t size,
               const Coefficients& c) {
  for_each_piece(size, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
#pragma omp simd
    for (std::int64_t i = begin; i < end; ++i) {
      const float direction = momentum[i] + c.first * (gradient[i] - momentum[i]);
      const float sign = static_cast<float>(direction > 0) - static_cast<float>(direction < 0);
      parameter[i] = parameter[i] * c.decay - c.lr * sign;
      momentum[i] += c.second * (gradient[i] - momentum[i]);
    }
  });
}

class Lion final : public Optimizer {
 public:
  Lion(const OptimOptions& options, std::vector<ParamGroup> groups);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;
};

Lion::Lion(const OptimOptions& options, std::vector<ParamGroup> groups)
    : Optimizer(options, std::move(groups)) {
  prepare();
}

Optimizer::NamedState Lion::make_state(const torch::Tensor& parameter) const {
  return {{"exp_avg", zeros_like(parameter)}};
}

void Lion::update(std::vector<Item>& items, const Rates& rates) {
  const double second = beta2(0.99), decay = 1 - rates.lr * rates.weight_decay;
  for (Item& item : items) {
    torch::Tensor &parameter = item.parameter, &momentum = item.state[0];
    if (is_flat(parameter, item.gradient, momentum)) {
      step_flat(parameter.data_ptr<float>(), item.gradient.const_data_ptr<float>(),
                momentum.data_ptr<float>(), parameter.numel(),
                {static_cast<float>(rates.lr), static_cast<float>(decay),
                 static_cast<float>(1 - beta1()), static_cast<float>(1 - second)});
      continue;
    }
    parameter.mul_(decay);
    parameter.sub_(momentum.lerp(item.gradient, 1 - beta1()).sign_(), rates.lr);
    momentum.lerp_(item.gradient, 1 - second);
  }
}

}  // namespace

std::unique_ptr<Optimizer> make_lion(const OptimOptions& options, std::vector<ParamGroup> groups) {
  return std::make_unique<Lion>(options, std::move(groups));
}

}  // namespace vit
