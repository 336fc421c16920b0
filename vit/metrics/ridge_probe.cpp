#include "vit/metrics/ridge_probe.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/one_hot.h>
#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"

namespace vit {

torch::Tensor ridge_probe(const torch::Tensor& features, const torch::Tensor& labels,
                          std::int64_t num_classes, std::int64_t folds, double penalty) {
  if (features.size(0) < folds || folds < 2)
    throw Error(ErrorKind::data, "linear probe",
                str(features.size(0), " samples are not enough for ", folds, " folds"));
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = features.to(torch::kFloat64),
                      y = at::one_hot(labels, num_classes).to(torch::kFloat64),
                      fold = torch::arange(x.size(0)).remainder(folds),
                      eye = at::eye(x.size(1), x.options());
  torch::Tensor guessed = torch::zeros({x.size(0)}, torch::kInt64);
  for (std::int64_t i = 0; i < folds; ++i) {
    const torch::Tensor learned = (fold != i).nonzero().flatten(),
                        asked = (fold == i).nonzero().flatten(), known = x.index_select(0, learned),
                        goals = y.index_select(0, learned), centre = known.mean(0),
                        level = goals.mean(0), centred = known - centre;
    const double strength = std::max(penalty * centred.square().mean().item<double>(), 1e-12);
    const torch::Tensor weights =
        at::linalg_solve(centred.t().mm(centred) + strength * eye, centred.t().mm(goals - level));
    guessed.index_copy_(0, asked,
                        ((x.index_select(0, asked) - centre).mm(weights) + level).argmax(1));
  }
  return guessed;
}

}  // namespace vit
