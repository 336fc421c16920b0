#include "vit/loss/binary_cross_entropy.h"

#include <ATen/ops/binary_cross_entropy_with_logits.h>

#include "vit/loss/targets.h"

namespace vit {

torch::Tensor binary_cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets,
                                   const BinaryCrossEntropyOptions& options) {
  torch::Tensor target = soft_targets("binary_cross_entropy", logits, targets, options.smoothing);
  if (options.threshold) target = target.gt(*options.threshold).to(torch::kFloat32);
  const torch::Tensor terms = at::binary_cross_entropy_with_logits(
      logits.to(torch::kFloat32), target, /*weight=*/{}, /*pos_weight=*/{}, at::Reduction::None);
  return options.sum_classes ? terms.sum(1).mean() : terms.mean();
}

}  // namespace vit
