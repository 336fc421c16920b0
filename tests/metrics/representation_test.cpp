#include "vit/metrics/representation.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"

TEST_CASE("The effective rank counts the directions that features use") {
  CHECK(vit::effective_rank(torch::eye(6)) == Approx(6).epsilon(1e-4));
  CHECK(vit::effective_rank(torch::ones({40, 8})) == Approx(1).epsilon(1e-4));
  // Singular values 3 and 1: exp of the entropy of (3/4, 1/4).
  const torch::Tensor two = torch::tensor({{3.0f, 0.0f, 0.0f}, {0.0f, 1.0f, 0.0f}});
  CHECK(vit::effective_rank(two) ==
        Approx(std::exp(-0.75 * std::log(0.75) - 0.25 * std::log(0.25))).epsilon(1e-4));
  // The same by the other product, and whatever the scale.
  CHECK(vit::effective_rank(two.t() * 100) == Approx(vit::effective_rank(two)).epsilon(1e-6));
  CHECK(vit::effective_rank(torch::zeros({4, 4})) == Approx(1).epsilon(1e-3));
}

TEST_CASE("Features that are spread over the sphere deviate by 1/sqrt(D), equal ones by nothing") {
  const torch::Tensor spread = vit::test::random_tensor({4000, 64});
  CHECK(vit::feature_deviation(spread) * 8 == Approx(1).epsilon(0.01));
  CHECK(vit::feature_deviation(spread * 50) == Approx(vit::feature_deviation(spread)));
  CHECK(vit::feature_deviation(torch::ones({10, 64})) == Approx(0).margin(1e-9));
}

TEST_CASE("Uniformity is 0 where features are equal, and falls as they spread") {
  CHECK(vit::uniformity(torch::ones({600, 4})) == Approx(0).margin(1e-9));
  // Two opposite points: |a - b|^2 is 4.
  CHECK(vit::uniformity(torch::tensor({{1.0f, 0.0f}, {-2.0f, 0.0f}})) == Approx(-8));
  CHECK(vit::uniformity(vit::test::random_tensor({700, 64})) == Approx(-3.94).epsilon(0.02));
}

TEST_CASE("Alignment is the mean squared distance of pairs at length 1") {
  const torch::Tensor a = torch::tensor({{1.0f, 0.0f}, {0.0f, 5.0f}}),
                      b = torch::tensor({{2.0f, 0.0f}, {3.0f, 0.0f}});
  CHECK(vit::alignment(a, b) == Approx(1));
  CHECK(vit::alignment(a, a * 3) == Approx(0).margin(1e-12));
}
