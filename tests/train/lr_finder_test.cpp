#include "vit/train/lr_finder.h"

#include <cmath>

#include "tests/catch.h"

TEST_CASE("The suggestion is where the loss falls fastest, before it rises") {
  std::vector<double> rates, losses;
  for (int i = 0; i < 60; ++i) {
    const double exponent = -6 + i / 10.0;  // 1e-6 … 1
    rates.push_back(std::pow(10, exponent));
    // Flat, a fall around 1e-3, and a rise from 0.03 on.
    losses.push_back(2 - 1 / (1 + std::exp(-4 * (exponent + 3))) +
                     (exponent > -1.5 ? 4 * (exponent + 1.5) : 0));
  }
  CHECK(std::log10(vit::steepest_rate(rates, losses)) == Approx(-3).margin(0.3));
}

TEST_CASE("A loss that never falls gives a careful answer") {
  CHECK(vit::steepest_rate({1e-3, 1e-2, 1e-1}, {1, 2, 3}) == Approx(1e-4));
  CHECK(vit::steepest_rate({}, {}) == 0);
}
