#pragma once

#include "vit/optim/optimizer.h"

namespace vit {

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), as
/// torch.optim.AdamW.
class AdamW final : public Optimizer {
 public:
  AdamW(const OptimOptions& options, std::vector<ParamGroup> groups);
  void step(double lr) override;
  [[nodiscard]] std::vector<std::pair<std::string, torch::Tensor>> state() override;
  void set_updates(std::int64_t updates) override;

 private:
  struct Moments {
    torch::Tensor exp_avg, exp_avg_sq, step;  // of one parameter; step: float32 scalar
  };
  OptimOptions options_;
  std::vector<std::vector<Moments>> moments_;  // as groups_
};

}  // namespace vit
