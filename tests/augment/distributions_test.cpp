#include "vit/augment/distributions.h"

#include <numeric>

#include "tests/augment/support.h"

using namespace vit;

namespace {

struct Moments {
  double mean, variance;
};
template <class Draw>
Moments moments(const Draw& draw) {
  constexpr int kCount = 20000;
  double sum = 0, squares = 0;
  Rng rng(3, Stream::bench);
  for (int i = 0; i < kCount; ++i) {
    const double value = draw(rng);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kCount;
  return {mean, squares / kCount - mean * mean};
}

}  // namespace

TEST_CASE("gamma and beta have the mean and variance of their definition") {
  for (const double shape : {0.2, 0.8, 1.0, 3.5}) {
    const Moments gamma = moments([&](Rng& rng) { return draw_gamma(shape, rng); });
    CHECK(gamma.mean == Approx(shape).epsilon(0.06));
    CHECK(gamma.variance == Approx(shape).epsilon(0.12));
    const Moments beta = moments([&](Rng& rng) { return draw_beta(shape, shape, rng); });
    CHECK(beta.mean == Approx(0.5).margin(0.015));
    CHECK(beta.variance == Approx(1 / (4 * (2 * shape + 1))).epsilon(0.05));
  }
  Rng rng(1, Stream::bench);
  for (int i = 0; i < 100; ++i) {
    const double tiny = draw_beta(1e-6, 1e-6, rng);
    CHECK((tiny >= 0 && tiny <= 1));
  }
}

TEST_CASE("Dirichlet parts add up to one") {
  Rng rng(1, Stream::bench);
  const auto parts = draw_dirichlet(0.7, 5, rng);
  CHECK(std::accumulate(parts.begin(), parts.end(), 0.0) == Approx(1));
}

TEST_CASE("normals are normal, for an odd count too") {
  std::vector<float> values(20001);
  Rng rng(1, Stream::bench);
  draw_normals(values.data(), values.size(), rng);
  double sum = 0, squares = 0, beyond = 0;
  for (const float value : values) {
    sum += value;
    squares += value * value;
    beyond += std::abs(value) > 1.959964 ? 1 : 0;
  }
  const double n = static_cast<double>(values.size());
  CHECK(sum / n == Approx(0).margin(4 / std::sqrt(n)));
  CHECK(squares / n == Approx(1).margin(0.05));
  CHECK(beyond / n == Approx(0.05).margin(0.007));
}
