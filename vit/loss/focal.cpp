#include "vit/loss/focal.h"

#include <torch/utils.h>

#include "vit/loss/targets.h"

namespace vit {

torch::Tensor focal_loss(const torch::Tensor& logits, const torch::Tensor& targets, double gamma,
                         double smoothing) {
  const torch::Tensor target = soft_targets("focal_loss", logits, targets, smoothing);
  const torch::Tensor log_p = logits.to(torch::kFloat32).log_softmax(1);  // [B, K]
  // The base is kept off 0, where the gradient of a power below 1 is infinite.
  const torch::Tensor weight = (1 - log_p.exp()).clamp_min(1e-7).pow(gamma);
  return -(target * weight * log_p).sum(1).mean();
}

}  // namespace vit
