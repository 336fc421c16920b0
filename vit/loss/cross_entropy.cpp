#include "vit/loss/cross_entropy.h"

#include <ATen/ops/cross_entropy_loss.h>

#include "vit/loss/targets.h"

namespace vit {

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets,
                            double smoothing, const torch::Tensor& class_weights) {
  check_targets("cross_entropy", logits, targets);
  const std::optional<torch::Tensor> weights =
      class_weights.defined() ? std::optional(class_weights) : std::nullopt;
  return at::cross_entropy_loss(logits.to(torch::kFloat32), targets, weights, at::Reduction::Mean,
                                /*ignore_index=*/-100, is_soft(targets) ? 0.0 : smoothing);
}

}  // namespace vit
