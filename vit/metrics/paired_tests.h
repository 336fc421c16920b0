#pragma once

#include <cstdint>
#include <span>

namespace vit {

/// Whether two models differ on the same samples (McNemar, 1947): of the samples on which exactly
/// one of them is right, `only_a` and `only_b` are whose. The exact two-sided p-value, which is
/// that of a fair coin; 1 where there is no such sample.
[[nodiscard]] double mcnemar_p(std::int64_t only_a, std::int64_t only_b);

struct Interval95 {
  double low = 0, high = 0;
};

/// The 95 % interval of the mean of `values` by the percentile bootstrap (Efron, 1979): the means
/// of 10,000 samples drawn with replacement, always the same ones. Of paired differences it is the
/// paired bootstrap. `values` is not empty; for fewer than about five the interval is too narrow.
[[nodiscard]] Interval95 bootstrap_mean(std::span<const double> values);
/// The same of mean(b) - mean(a), where nothing pairs them.
[[nodiscard]] Interval95 bootstrap_difference(std::span<const double> a, std::span<const double> b);

}  // namespace vit
