#pragma once

#include "vit/optim/optimizer.h"

namespace vit {

/// Stochastic gradient descent with Nesterov momentum, as timm's `sgd` (torch.optim.SGD with
/// nesterov=True); weight decay is added to the gradient. Momentum 0 is plain descent.
class Sgd final : public Optimizer {
 public:
  Sgd(const OptimOptions& options, std::vector<ParamGroup> groups);
  void step(double lr) override;
  [[nodiscard]] std::vector<std::pair<std::string, torch::Tensor>> state() override;

 private:
  OptimOptions options_;
  std::vector<std::vector<torch::Tensor>> momentum_;  // as groups_
};

}  // namespace vit
