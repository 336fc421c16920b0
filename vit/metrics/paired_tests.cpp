#include "vit/metrics/paired_tests.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/rng.h"

namespace vit {
namespace {

constexpr std::size_t kResamples = 10'000;

double resampled_mean(std::span<const double> values, Rng& rng) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[rng.below(values.size())];
  return sum / static_cast<double>(values.size());
}

/// Between order statistics, linearly, as NumPy's default does.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

template <class Draw>
Interval95 percentile_interval(const Draw& draw) {
  Rng rng(0, Stream::shuffle);
  std::vector<double> means(kResamples);
  for (double& mean : means) mean = draw(rng);
  std::sort(means.begin(), means.end());
  return {quantile(means, 0.025), quantile(means, 0.975)};
}

}  // namespace

double mcnemar_p(std::int64_t only_a, std::int64_t only_b) {
  const auto n = static_cast<double>(only_a + only_b);
  const std::int64_t fewer = std::min(only_a, only_b);
  double tail = 0;
  for (std::int64_t i = fewer; i >= 0; --i) {
    const auto k = static_cast<double>(i);
    const double term = std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) -
                                 n * std::log(2.0));
    tail += term;
    if (term < 1e-18 * tail) break;  // the rest is smaller still
  }
  return std::min(1.0, 2 * tail);
}

Interval95 bootstrap_mean(std::span<const double> values) {
  VIT_ASSERT(!values.empty());
  return percentile_interval([&](Rng& rng) { return resampled_mean(values, rng); });
}

Interval95 bootstrap_difference(std::span<const double> a, std::span<const double> b) {
  VIT_ASSERT(!a.empty() && !b.empty());
  return percentile_interval([&](Rng& rng) {
    const double mean_a = resampled_mean(a, rng);
    return resampled_mean(b, rng) - mean_a;
  });
}

}  // namespace vit
