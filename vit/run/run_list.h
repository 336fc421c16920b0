#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vit/run/run_record.h"

namespace vit {

/// A metric of a run over its epochs; what is not known or not a number is missing.
struct RunMetric {
  std::optional<double> best, last;
};

/// A run as a list of runs shows it.
struct RunEntry {
  std::filesystem::path path;
  std::string name;  ///< the path within the folder that was listed
  RunRecord record;
  RunState state = RunState::killed;
  std::int64_t epochs = 0;         ///< that are done
  double seconds = 0;              ///< of those
  std::vector<RunMetric> metrics;  ///< of record.metrics, in their order

  /// The index of a metric of this name; nothing where the run has none.
  [[nodiscard]] std::optional<std::size_t> metric(const std::string& named) const;
};

/// The runs in a folder and the folders below it, by name; the folder itself where it is one.
/// `runs/.index` keeps what was read of them, by size and time of change of their files, so that
/// the next list reads of each run only what has changed; a folder that cannot be written does
/// without. Throws Error (usage) where there is no such folder.
[[nodiscard]] std::vector<RunEntry> list_runs(const std::filesystem::path& folder);

/// What the files of one run tell. Nothing where it holds no run that can be understood.
[[nodiscard]] std::optional<RunEntry> run_entry(const std::filesystem::path& run,
                                                const std::string& name);

/// Which of the runs stands first by a column: `name`, `task`, `model`, `data`, `status`, `epochs`,
/// `seed`, `time`, `started`, or a metric by its best value, best runs first. Runs without a value
/// come last. Throws Error (usage) where no run has such a metric.
void sort_runs(std::vector<RunEntry>& runs, const std::string& column);

}  // namespace vit
