#include "vit/nn/normal_quantile.h"

#include <cmath>

#include "tests/catch.h"

TEST_CASE("The quantile undoes the normal distribution function, from the middle to far out") {
  for (double x = -8; x <= 8; x += 0.03125) {
    // The smaller tail, where the function is exact.
    const double p = 0.5 * std::erfc(std::abs(x) / std::sqrt(2.0));
    INFO(x);
    CHECK(vit::normal_quantile(p) == Approx(-std::abs(x)).epsilon(1e-13).margin(1e-15));
    if (std::abs(x) < 3) CHECK(vit::normal_quantile(1 - p) == Approx(std::abs(x)).epsilon(1e-12));
  }
  CHECK(vit::normal_quantile(0.5) == 0);
  CHECK(vit::normal_quantile(0.975) == Approx(1.959963984540054).epsilon(1e-15));
}
