#pragma once

#include "vit/optim/optimizer.h"

namespace vit {

/// LAMB (You et al. 2020, algorithm 2), as timm's: Adam's direction, scaled for each tensor by the
/// ratio of the weights' norm to its own. Gradients are first scaled to a common norm of at most 1.
/// Tensors without weight decay are not scaled. Two passes over flat memory on a CPU.
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

}  // namespace vit
