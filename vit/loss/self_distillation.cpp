#include "vit/loss/self_distillation.h"

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/utils.h>

#include "vit/core/error.h"

namespace vit {
namespace {

torch::Tensor full(const torch::Tensor& x) { return x.to(torch::kFloat32); }

/// [..., K], [..., K] -> [...]
torch::Tensor cross_entropies(const torch::Tensor& student, const torch::Tensor& teacher,
                              double temperature) {
  return -(teacher * (full(student) / temperature).log_softmax(-1)).sum(-1);
}

}  // namespace

torch::Tensor centred_softmax(const torch::Tensor& logits, const torch::Tensor& centre,
                              double temperature) {
  return ((full(logits) - centre) / temperature).softmax(-1);
}

torch::Tensor moved_centre(const torch::Tensor& centre, const torch::Tensor& logits,
                           double momentum) {
  const torch::NoGradGuard no_grad;
  torch::Tensor mean = full(logits);
  while (mean.dim() > 1) mean = mean.mean(mean.dim() - 2);
  return centre * momentum + mean * (1 - momentum);
}

torch::Tensor sinkhorn_knopp(const torch::Tensor& logits, double temperature,
                             std::int64_t iterations) {
  const torch::NoGradGuard no_grad;
  const auto samples = static_cast<double>(logits.size(0)),
             prototypes = static_cast<double>(logits.size(1));
  const torch::Tensor scaled = full(logits) / temperature;
  torch::Tensor shares = (scaled - scaled.max()).exp();  // [B, K]; a common factor falls out
  shares = shares / shares.sum();
  for (std::int64_t i = 0; i < iterations; ++i) {
    shares = shares / shares.sum(0, /*keepdim=*/true).clamp_min(1e-38) / prototypes;
    shares = shares / shares.sum(1, /*keepdim=*/true).clamp_min(1e-38) / samples;
  }
  return shares * samples;
}

torch::Tensor dino_loss(const torch::Tensor& student, const torch::Tensor& teacher,
                        double student_temperature) {
  const torch::Tensor log_probabilities = (full(student) / student_temperature).log_softmax(-1);
  torch::Tensor sum;
  std::int64_t pairs = 0;
  for (std::int64_t t = 0; t < teacher.size(0); ++t)
    for (std::int64_t s = 0; s < student.size(0); ++s) {
      if (s == t) continue;  // the same view
      const torch::Tensor one = -(teacher[t] * log_probabilities[s]).sum(-1).mean();
      sum = sum.defined() ? sum + one : one;
      ++pairs;
    }
  VIT_ASSERT(pairs > 0, "no pair of different views");
  return sum / static_cast<double>(pairs);
}

torch::Tensor ibot_loss(const torch::Tensor& student, const torch::Tensor& teacher,
                        const torch::Tensor& mask, double student_temperature) {
  const torch::Tensor weights = mask.sum(-1, /*keepdim=*/true)
                                    .clamp_min(1)
                                    .to(torch::kFloat32)
                                    .reciprocal()
                                    .expand_as(mask)
                                    .masked_select(mask);  // [M]
  return (cross_entropies(student, teacher, student_temperature) * weights).sum() /
         static_cast<double>(mask.size(0));
}

torch::Tensor koleo_loss(const torch::Tensor& features) {
  constexpr double kLeastDistance = 1e-8;
  if (features.size(0) < 2)
    throw Error(ErrorKind::usage, "task.koleo_weight",
                "a batch of one feature has no nearest other one",
                "set data.batch_size to 2 or more");
  // Autocast would multiply in half precision.
  const c10::impl::ExcludeDispatchKeyGuard exact(c10::autocast_dispatch_keyset);
  const torch::Tensor x = full(features);
  const torch::Tensor units = x / x.norm(2, -1, /*keepdim=*/true).clamp_min(kLeastDistance);
  torch::Tensor nearest;
  {
    const torch::NoGradGuard no_grad;
    torch::Tensor similar = units.mm(units.t());
    similar.diagonal().fill_(-1);
    nearest = similar.argmax(1);
  }
  // The least distance is added to every component, as PairwiseDistance does.
  const torch::Tensor distance =
      (units - units.index_select(0, nearest) + kLeastDistance).norm(2, -1);
  return -(distance + kLeastDistance).log().mean();
}

}  // namespace vit
