#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vit/sweep/leaderboard.h"

namespace vit {

/// What `vit sweep` is asked to do.
struct SweepRequest {
  std::filesystem::path file;                   ///< the sweep
  std::vector<std::string> sets;                ///< of every trial, `key=value`
  std::optional<std::filesystem::path> output;  ///< none: sweeps/NAME
  std::int64_t workers = 1;  ///< trials at a time; 0: set the folder up for others to work in
  bool dry_run = false;      ///< check everything, show what would be tried, write nothing
  bool any_machine = false;  ///< go on although results may differ in their last bits
};

struct SweepOutcome {
  std::filesystem::path folder;
  std::string metric;            ///< as the leaderboard has it
  bool interrupted = false;      ///< it can go on
  std::vector<Standing> trials;  ///< the best first; their records point into nothing
  std::int64_t failed = 0;
};

/// Begins a sweep, or goes on with it where it was left. This process must have no threads yet.
/// Throws Error (usage) for what is wrong in the sweep or was changed since it began, Error
/// (resource) where another sweep works in the folder, and a failed trial's Error where all have
/// failed or `on_error` is stop.
SweepOutcome run_sweep(const SweepRequest& request, const std::atomic<bool>* stop);

/// Works on a sweep that another process has begun, on any machine that sees its folder, until
/// nothing is left to do.
SweepOutcome work_on_sweep(const std::filesystem::path& folder, std::int64_t workers,
                           bool any_machine, const std::atomic<bool>* stop);

/// Writes leaderboard.csv and report.html of a sweep anew, and returns the latter's path.
std::filesystem::path report_sweep(const std::filesystem::path& folder);

}  // namespace vit
