#include "vit/sweep/replicates.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace vit {
namespace {

/// Student's t distribution below x, by the closed forms for whole degrees of freedom (Abramowitz
/// and Stegun 1964, 26.7.3 and 26.7.4).
double student_t_below(double x, std::int64_t degrees) {
  const double n = static_cast<double>(degrees);
  const double theta = std::atan2(x, std::sqrt(n));
  const double c = std::cos(theta), s = std::sin(theta);
  const bool odd = degrees % 2 == 1;
  double term = odd ? c : 1, sum = degrees == 1 ? 0 : term;
  for (std::int64_t k = odd ? 3 : 2; k < degrees - 1; k += 2) {
    term *= c * c * static_cast<double>(k - 1) / static_cast<double>(k);
    sum += term;
  }
  const double within = odd ? 2 / M_PI * (theta + s * sum) : s * sum;
  return 0.5 + 0.5 * within;
}

}  // namespace

double student_t_975(std::int64_t degrees) {
  double low = 0, high = 13;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (student_t_below(middle, degrees) < 0.975 ? low : high) = middle;
  }
  return low;
}

std::pair<double, double> mean_and_half_width(const std::vector<double>& results) {
  const auto count = static_cast<double>(results.size());
  const double mean = std::accumulate(results.begin(), results.end(), 0.0) / count;
  if (count < 2) return {mean, 0};
  double square = 0;
  for (const double result : results) square += (result - mean) * (result - mean);
  return {mean, student_t_975(static_cast<std::int64_t>(count) - 1) *
                    std::sqrt(square / (count - 1) / count)};
}

std::vector<Replicates> replicates_over(std::size_t over, const Space& space,
                                        const std::vector<const Standing*>& trials, Better better) {
  std::vector<Replicates> groups;
  for (const Standing* trial : trials) {
    Configuration values(space.parameters.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      if (const auto found = trial->record->values.find(space.parameters[i].name);
          i != over && found != trial->record->values.end())
        values[i] = found->second;
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Replicates& g) { return g.values == values; });
    if (group == groups.end()) group = groups.insert(groups.end(), {std::move(values), {}, {}});
    group->trials.push_back(trial);
    group->results.push_back(*trial->value);
  }
  for (Replicates& group : groups)
    std::tie(group.mean, group.half_width) = mean_and_half_width(group.results);
  std::stable_sort(groups.begin(), groups.end(), [&](const Replicates& a, const Replicates& b) {
    return better == Better::smaller ? a.mean < b.mean : a.mean > b.mean;
  });
  return groups;
}

}  // namespace vit
