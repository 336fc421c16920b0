#include "vit/augment/distributions.h"

#include <cmath>
#include <numbers>

#include "vit/core/error.h"

namespace vit {

double draw_gamma(double shape, Rng& rng) {
  VIT_ASSERT(shape > 0, shape);
  // Below 1: Gamma(a) = Gamma(a + 1) U^(1/a).
  if (shape < 1) {
    const double whole = draw_gamma(shape + 1, rng);
    return whole * std::pow(1 - rng.uniform(), 1 / shape);
  }
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = rng.normal(), v = std::pow(1 + c * x, 3);
    if (v <= 0) continue;
    if (std::log1p(-rng.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double draw_beta(double a, double b, Rng& rng) {
  const double x = draw_gamma(a, rng), y = draw_gamma(b, rng);
  // Tiny shapes underflow; nearly all the mass is at the ends then.
  if (x + y == 0) return rng.chance(a / (a + b)) ? 1 : 0;
  return x / (x + y);
}

std::vector<double> draw_dirichlet(double alpha, std::size_t count, Rng& rng) {
  std::vector<double> parts(count);
  double total = 0;
  for (double& part : parts) total += part = draw_gamma(alpha, rng);
  if (total == 0) parts[rng.below(count)] = total = 1;
  for (double& part : parts) part /= total;
  return parts;
}

void draw_normals(float* values, std::size_t count, Rng& rng) {
  constexpr float kUnit = 0x1.0p-32F;
  for (std::size_t i = 0; i < count; i += 2) {  // Box and Muller 1958
    const float radius = std::sqrt(-2 * std::log((static_cast<float>(rng.u32()) + 0.5F) * kUnit));
    const float angle = 2 * std::numbers::pi_v<float> * (static_cast<float>(rng.u32()) * kUnit);
    values[i] = radius * std::cos(angle);
    if (i + 1 < count) values[i + 1] = radius * std::sin(angle);
  }
}

}  // namespace vit
