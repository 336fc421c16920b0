#pragma once

#include "vit/optim/optimizer.h"

namespace vit {

/// Muon (Jordan et al. 2024): momentum whose matrix is made orthogonal by Newton-Schulz steps, at
/// AdamW's root mean square (Liu et al. 2025, section 2.2), for the parameters that are matrices;
/// AdamW (betas 0.9 and 0.95) for the others. With `nesterov` timm's `nmuon`. Kernels of
/// convolutions count as matrices [out, in * height * width].
class Muon final : public Optimizer {
 public:
  Muon(const OptimOptions& options, std::vector<ParamGroup> groups, bool nesterov);

  /// Whether Muon's rule holds for a parameter of this shape; timm's criteria.
  [[nodiscard]] static bool suits(const torch::Tensor& parameter);

 protected:
  [[nodiscard]] NamedState make_state(const torch::Tensor& parameter) const override;
  void update(std::vector<Item>& items, const Rates& rates) override;

 private:
  bool nesterov_;
};

/// About the nearest matrix with orthonormal rows or columns: `steps` of the quintic Newton-Schulz
/// iteration, which brings the singular values near 1. x [M, N]; computed in bfloat16 on a GPU.
[[nodiscard]] torch::Tensor orthogonalise(const torch::Tensor& x, std::int64_t steps);

}  // namespace vit
