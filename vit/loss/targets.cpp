#include "vit/loss/targets.h"

#include <torch/utils.h>

#include "vit/core/error.h"

namespace vit {

bool is_soft(const torch::Tensor& targets) { return targets.dim() == 2; }

void check_targets(const char* loss, const torch::Tensor& logits, const torch::Tensor& targets) {
  const bool fits = logits.dim() == 2 && targets.dim() >= 1 && targets.dim() <= 2 &&
                    logits.size(0) == targets.size(0) &&
                    (!is_soft(targets) || logits.size(1) == targets.size(1));
  if (!fits)
    throw Error(ErrorKind::usage, loss,
                vit::str("expected logits [B, K] and labels [B] or distributions [B, K], got ",
                         logits.sizes(), " and ", targets.sizes()));
}

torch::Tensor soft_targets(const char* loss, const torch::Tensor& logits,
                           const torch::Tensor& targets, double smoothing) {
  check_targets(loss, logits, targets);
  if (is_soft(targets)) return targets.to(torch::kFloat32);
  const double off = smoothing / static_cast<double>(logits.size(1));
  return torch::full_like(logits, off, logits.options().dtype(torch::kFloat32).requires_grad(false))
      .scatter_(1, targets.unsqueeze(1), 1.0 - smoothing + off);
}

}  // namespace vit
