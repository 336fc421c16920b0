#include "vit/loss/sigmoid_focal.h"

#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <torch/utils.h>

#include "vit/core/error.h"

namespace vit {

torch::Tensor sigmoid_focal_loss(const torch::Tensor& logits, const torch::Tensor& targets,
                                 double alpha, double gamma) {
  VIT_ASSERT(logits.sizes() == targets.sizes(), logits.sizes(), " and ", targets.sizes());
  const torch::Tensor whole = logits.to(torch::kFloat32), target = targets.to(torch::kFloat32);
  const torch::Tensor p = whole.sigmoid();
  const torch::Tensor cross_entropy =
      at::binary_cross_entropy_with_logits(whole, target, {}, {}, at::Reduction::None);
  const torch::Tensor p_t = p * target + (1 - p) * (1 - target);
  const torch::Tensor weight = alpha * target + (1 - alpha) * (1 - target);
  // The base is kept off 0, where the gradient of a power below 1 is infinite.
  return (weight * cross_entropy * (1 - p_t).clamp_min(1e-12).pow(gamma)).sum();
}

}  // namespace vit
