#include "vit/metrics/paired_tests.h"

#include <vector>

#include "tests/catch.h"

TEST_CASE("McNemar's exact test gives SciPy's binomial p-values") {
  CHECK(vit::mcnemar_p(3, 12) == Approx(0.03515625));
  CHECK(vit::mcnemar_p(12, 3) == Approx(0.03515625));
  CHECK(vit::mcnemar_p(0, 5) == Approx(0.0625));
  CHECK(vit::mcnemar_p(40, 61) == Approx(0.046044066929342785));
  CHECK(vit::mcnemar_p(500, 580) == Approx(0.016182141859867116));
  CHECK(vit::mcnemar_p(0, 0) == 1);
  CHECK(vit::mcnemar_p(7, 7) == 1);
  CHECK(vit::mcnemar_p(0, 1'000'000) == Approx(0).margin(1e-300));
}

TEST_CASE("The bootstrap gives SciPy's intervals but for its own draws, and the same each time") {
  const std::vector<double> differences{0.3, 1.2, -0.5, 0.9, 2.0, 0.1, 0.4};
  const auto [low, high] = vit::bootstrap_mean(differences);
  CHECK(low == Approx(0.1).margin(0.03));
  CHECK(high == Approx(1.2142857).margin(0.03));
  CHECK(vit::bootstrap_mean(differences).low == low);
  const std::vector<double> a{1, 2, 3, 4}, b{2, 4, 6};
  const auto unpaired = vit::bootstrap_difference(a, b);
  CHECK(unpaired.low == Approx(-0.583).margin(0.1));
  CHECK(unpaired.high == Approx(3.583).margin(0.1));
}

TEST_CASE("Values that are all the same have an interval of no width") {
  const std::vector<double> same{2, 2, 2};
  CHECK(vit::bootstrap_mean(same).low == 2);
  CHECK(vit::bootstrap_mean(same).high == 2);
}
