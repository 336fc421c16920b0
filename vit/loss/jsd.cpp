#include "vit/loss/jsd.h"

#include <ATen/ops/kl_div.h>
#include <ATen/ops/stack.h>
#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/loss/cross_entropy.h"

namespace vit {

torch::Tensor jsd_cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets,
                                std::int64_t splits, double alpha, double smoothing) {
  if (splits < 2 || logits.dim() != 2 || logits.size(0) % splits != 0)
    throw Error(
        ErrorKind::usage, "jsd_cross_entropy",
        vit::str("expected logits of ", splits, " versions of each picture, got ", logits.sizes()),
        "set task.jsd_splits to the number of versions that the augmentation makes");
  const std::int64_t clean = logits.size(0) / splits;
  torch::Tensor loss =
      cross_entropy(logits.slice(0, 0, clean), targets.slice(0, 0, clean), smoothing);
  const std::vector<torch::Tensor> p =
      logits.to(torch::kFloat32).softmax(1).chunk(splits);  // each [B, K]
  // Kept off 0, so that the divergence stays finite.
  const torch::Tensor log_mixture = at::stack(p).mean(0).clamp(1e-7, 1.0).log();
  torch::Tensor divergence = torch::zeros({}, loss.options().requires_grad(false));
  for (const torch::Tensor& version : p)
    divergence = divergence +
                 at::kl_div(log_mixture, version, at::Reduction::Sum) / static_cast<double>(clean);
  return loss + divergence * (alpha / static_cast<double>(splits));
}

}  // namespace vit
