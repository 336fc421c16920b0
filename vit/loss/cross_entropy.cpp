#include "vit/loss/cross_entropy.h"

#include <ATen/ops/cross_entropy_loss.h>

#include "vit/core/error.h"

namespace vit {

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                            double smoothing) {
  if (logits.dim() != 2 || labels.dim() != 1 || logits.size(0) != labels.size(0))
    throw Error(ErrorKind::usage, "cross_entropy",
                vit::str("expected logits [B, K] and labels [B], got ", logits.sizes(), " and ",
                         labels.sizes()));
  return at::cross_entropy_loss(logits.to(torch::kFloat32), labels, /*weight=*/{},
                                at::Reduction::Mean,
                                /*ignore_index=*/-100, smoothing);
}

}  // namespace vit
