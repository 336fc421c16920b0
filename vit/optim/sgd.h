#pragma once

#include "vit/optim/optimizer.h"

namespace vit {

/// Stochastic gradient descent with momentum, as torch.optim.SGD (timm's `momentum`; with
/// `nesterov` timm's `sgd`); weight decay is added to the gradient. Momentum 0 is plain descent.
/// LibTorch's fused step.
class Sgd final : public Optimizer {
 public:
  Sgd(const OptimOptions& options, std::vector<ParamGroup> groups, bool nesterov);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;
  [[nodiscard]] bool scales_gradients() const override { return true; }

 private:
  bool nesterov_;
};

}  // namespace vit
