#pragma once

#include "vit/optim/optimizer.h"

namespace vit {

/// Adafactor (Shazeer and Stern 2018) as Scaling ViT uses it (Zhai et al. 2022, section 3.3) and
/// timm's `adafactorbv` computes it: the second moment of a large matrix is kept as one number a
/// row and a column, the first in bfloat16; decoupled weight decay.
class Adafactor final : public Optimizer {
 public:
  Adafactor(const OptimOptions& options, std::vector<ParamGroup> groups);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;
};

}  // namespace vit
