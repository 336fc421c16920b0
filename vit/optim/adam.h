#pragma once

#include "vit/optim/optimizer.h"

namespace vit {

/// Adam (Kingma and Ba 2015) as torch.optim.Adam, where weight decay is added to the gradient; with
/// `decoupled` AdamW (Loshchilov and Hutter 2019, algorithm 2). LibTorch's fused step: one pass
/// over parameter, gradient (which is clipped on the way) and moments.
class Adam final : public Optimizer {
 public:
  Adam(const OptimOptions& options, std::vector<ParamGroup> groups, bool decoupled);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;
  [[nodiscard]] bool scales_gradients() const override { return true; }

 private:
  bool decoupled_;
};

}  // namespace vit
