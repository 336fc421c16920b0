#pragma once

#include <torch/types.h>

#include <vector>

namespace vit {

/// Sharpness-aware minimisation (Foret et al. 2021, equation 3): the gradient of an update is taken
/// at the point `rho` uphill from the weights. climb() moves there along the gradients and forgets
/// them; after a second backward pass descend() moves back to the very same weights.
class Sam {
 public:
  Sam(std::vector<torch::Tensor> parameters, double rho)
      : parameters_(std::move(parameters)), rho_(rho) {}

  [[nodiscard]] bool enabled() const { return rho_ > 0; }
  void climb();
  void descend();

 private:
  std::vector<torch::Tensor> parameters_, before_;
  double rho_;
};

}  // namespace vit
