#include "vit/loss/mask_losses.h"

#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/softplus.h>
#include <torch/utils.h>

#include "vit/core/error.h"

namespace vit {

MaskLosses mask_losses(const torch::Tensor& logits, const torch::Tensor& targets) {
  VIT_ASSERT(logits.dim() == 2 && logits.sizes() == targets.sizes(), logits.sizes(), ", ",
             targets.sizes());
  const torch::Tensor entropy = at::binary_cross_entropy_with_logits(
      logits, targets, /*weight=*/{}, /*pos_weight=*/{}, at::Reduction::None);
  const torch::Tensor p = logits.sigmoid();
  const torch::Tensor shared = 2 * (p * targets).sum(1) + 1,
                      together = p.sum(1) + targets.sum(1) + 1;
  return {entropy.mean(1).sum(), (1 - shared / together).sum()};
}

CostParts mask_costs(const torch::Tensor& logits, const torch::Tensor& targets, double bce_weight,
                     double dice_weight) {
  VIT_ASSERT(logits.dim() == 2 && targets.dim() == 2 && logits.size(1) == targets.size(1),
             logits.sizes(), ", ", targets.sizes());
  // A point adds softplus(-x) to the entropy where the object is, and softplus(x) where it is not;
  // the two differ by x.
  const auto points = static_cast<double>(logits.size(1));
  const torch::Tensor entropy =
      (at::softplus(logits).sum(1, true) - logits.matmul(targets.t())) / points;
  const torch::Tensor p = logits.sigmoid();
  const torch::Tensor shared = 2 * p.matmul(targets.t()) + 1,
                      together = p.sum(1, true) + targets.sum(1) + 1;
  return {{"mask_ce", bce_weight * entropy}, {"mask_dice", dice_weight * (1 - shared / together)}};
}

}  // namespace vit
