#pragma once

#include "vit/optim/optimizer.h"

namespace vit {

/// Lion (Chen et al. 2023, algorithm 2), as timm's: the sign of an interpolated momentum, with
/// decoupled weight decay. One pass over flat memory on a CPU.
class Lion final : public Optimizer {
 public:
  Lion(const OptimOptions& options, std::vector<ParamGroup> groups);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;
};

}  // namespace vit
