#pragma once

#include <string>

#include "vit/sweep/journal.h"
#include "vit/sweep/sweep_plan.h"

namespace vit {

/// A sweep as one HTML page: leaderboard, means over seeds, parallel coordinates, importance,
/// slices, accuracy against cost, the timeline of the workers, and how the best configuration
/// differs from its base.
[[nodiscard]] std::string sweep_page(const SweepPlan& plan, const Journal& journal);

}  // namespace vit
