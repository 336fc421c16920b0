#pragma once

#include <vector>

#include "vit/core/rng.h"

/// Random numbers of the distributions that mixing needs.
namespace vit {

/// A gamma variate of this shape (above 0) and scale 1 (Marsaglia and Tsang 2000).
[[nodiscard]] double draw_gamma(double shape, Rng& rng);

/// Beta(a, b): in [0, 1].
[[nodiscard]] double draw_beta(double a, double b, Rng& rng);

/// `count` parts that add up to 1, Dirichlet(alpha, …, alpha).
[[nodiscard]] std::vector<double> draw_dirichlet(double alpha, std::size_t count, Rng& rng);

/// Fills with standard normal numbers.
void draw_normals(float* values, std::size_t count, Rng& rng);

}  // namespace vit
