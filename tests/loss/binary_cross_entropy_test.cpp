#include "vit/loss/binary_cross_entropy.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"

namespace {
double term(double logit, double target) {
  const double p = 1 / (1 + std::exp(-logit));
  return -(target * std::log(p) + (1 - target) * std::log(1 - p));
}
}  // namespace

TEST_CASE("Every class is a question of its own; the mean is over both, or classes are summed") {
  const torch::Tensor logits = torch::tensor({{2.0f, -1.0f}, {0.5f, 0.0f}});
  const torch::Tensor labels = torch::tensor({0, 1});
  const double sum = term(2, 1) + term(-1, 0) + term(0.5, 0) + term(0, 1);
  CHECK(vit::binary_cross_entropy(logits, labels).item<double>() == Approx(sum / 4));
  CHECK(vit::binary_cross_entropy(logits, labels, {.sum_classes = true}).item<double>() ==
        Approx(sum / 2));
  CHECK(vit::binary_cross_entropy(logits, labels, {.smoothing = 0.2}).item<double>() ==
        Approx((term(2, 0.9) + term(-1, 0.1) + term(0.5, 0.1) + term(0, 0.9)) / 4));
}

TEST_CASE("With a threshold mixed targets become whole ones, as in DeiT-III") {
  const torch::Tensor logits = torch::tensor({{1.0f, 1.0f, 1.0f}}),
                      mixed = torch::tensor({{0.7f, 0.3f, 0.0f}});
  CHECK(vit::binary_cross_entropy(logits, mixed, {.threshold = 0.2}).item<double>() ==
        Approx((2 * term(1, 1) + term(1, 0)) / 3));
}
