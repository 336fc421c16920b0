#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vit/sweep/journal.h"
#include "vit/sweep/sweep_plan.h"

namespace vit {

/// A trial as the leaderboard has it.
struct Standing {
  std::int64_t trial = 0;
  std::string state;        ///< complete, stopped (not promoted), failed, running
  std::int64_t epochs = 0;  ///< that were done
  std::optional<double> value;
  std::int64_t best_epoch = 0;
  const JournalTrial* record = nullptr;
};

/// All trials that were begun: those that were trained longest first, among them the best, then
/// those without a result.
[[nodiscard]] std::vector<Standing> standings(const SweepPlan& plan, const Journal& journal);

/// A figure of a trial beside its metric, such as `parameters`, or an evaluation under other
/// conditions.
[[nodiscard]] std::optional<double> figure_of(const JournalTrial& trial, const std::string& name);

/// The trial with the best result, and that result.
[[nodiscard]] std::optional<std::pair<std::int64_t, double>> best_trial(const SweepPlan& plan,
                                                                        const Journal& journal);

/// Writes leaderboard.csv: a row a trial with its metric, its parameters and its size, and nothing
/// that depends on a clock or on who did the work.
void write_leaderboard(const SweepPlan& plan, const Journal& journal);

}  // namespace vit
