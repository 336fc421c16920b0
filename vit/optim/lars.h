#pragma once

#include "vit/optim/optimizer.h"

namespace vit {

/// LARS (You et al. 2017, section 4), as timm's: SGD with momentum whose gradient is scaled for
/// each tensor to trust_coeff times the weights' norm. Tensors without weight decay are not scaled.
class Lars final : public Optimizer {
 public:
  Lars(const OptimOptions& options, std::vector<ParamGroup> groups);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;
};

}  // namespace vit
