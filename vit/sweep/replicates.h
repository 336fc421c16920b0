#pragma once

#include <utility>
#include <vector>

#include "vit/core/metric.h"
#include "vit/sweep/leaderboard.h"

namespace vit {

/// Trials that differ in one parameter alone, the seed: a configuration and what it reaches.
struct Replicates {
  Configuration values;  ///< nothing at the parameter that differs
  std::vector<const Standing*> trials;
  std::vector<double> results;
  double mean = 0;
  double half_width = 0;  ///< of the 95 % interval of the mean; 0 of a single result
};

/// The mean of some results, and half the width of its 95 % interval by Student's t distribution;
/// 0 of a single result.
[[nodiscard]] std::pair<double, double> mean_and_half_width(const std::vector<double>& results);

/// The trials grouped by everything but parameter `over`, the best mean first.
[[nodiscard]] std::vector<Replicates> replicates_over(std::size_t over, const Space& space,
                                                      const std::vector<const Standing*>& trials,
                                                      Better better);

/// The 97.5 % quantile of Student's t distribution, for 95 % intervals; `degrees` from 1 on.
[[nodiscard]] double student_t_975(std::int64_t degrees);

}  // namespace vit
