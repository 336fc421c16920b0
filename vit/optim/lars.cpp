#include "vit/optim/optimizers.h"

#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/where.h>
#include <torch/utils.h>

#include "vit/optim/flat_loop.h"

namespace vit {
namespace {

class Lars final : public Optimizer {
 public:
  Lars(const OptimOptions& options, std::vector<ParamGroup> groups);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;
};

Lars::Lars(const OptimOptions& options, std::vector<ParamGroup> groups)
    : Optimizer(options, std::move(groups)) {
  prepare();
}

Optimizer::NamedState Lars::make_state(const torch::Tensor& parameter) const {
  return {{"momentum", zeros_like(parameter)}};
}

void Lars::update(std::vector<Item>& items, const Rates& rates) {
  const double eps = options_.eps.value_or(1e-8);
  for (Item& item : items) {
    torch::Tensor &parameter = item.parameter, &momentum = item.state[0];
    torch::Tensor trust = torch::ones({}, parameter.options().requires_grad(false));
    if (rates.weight_decay != 0) {
      const torch::Tensor p_norm = at::linalg_vector_norm(parameter),
                          g_norm = at::linalg_vector_norm(item.gradient);
      trust = at::where(
          p_norm.gt(0).logical_and(g_norm.gt(0)),
          options_.trust_coeff * p_norm / (g_norm + p_norm * rates.weight_decay + eps), trust);
    }
    if (!is_flat(parameter, item.gradient, momentum)) {
      momentum.mul_(rates.momentum)
          .add_(item.gradient.add(parameter, rates.weight_decay).mul_(trust));
      parameter.sub_(momentum, rates.lr);
      continue;
    }
    auto *p = parameter.data_ptr<float>(), *m = momentum.data_ptr<float>();
    const auto* g = item.gradient.const_data_ptr<float>();
    const auto scale = trust.item<float>(), decay = static_cast<float>(rates.weight_decay),
               keep = static_cast<float>(rates.momentum), lr = static_cast<float>(rates.lr);
    for_each_piece(parameter.numel(), [&](std::int64_t, std::int64_t begin, std::int64_t end) {
#pragma omp simd
      for (std::int64_t i = begin; i < end; ++i) {
        m[i] = m[i] * keep + scale * (g[i] + decay * p[i]);
        p[i] -= lr * m[i];
      }
    });
  }
}

}  // namespace

std::unique_ptr<Optimizer> make_lars(const OptimOptions& options, std::vector<ParamGroup> groups) {
  return std::make_unique<Lars>(options, std::move(groups));
}

}  // namespace vit
