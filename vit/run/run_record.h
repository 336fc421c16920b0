#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vit/core/metric.h"
#include "vit/experiment/config_difference.h"
#include "vit/train/run_directory.h"

namespace vit {

/// What became of a run. `killed`: it ended without a word, by a signal that nobody can catch, a
/// crash or a power cut; `stopped`: somebody interrupted it, and it has saved everything.
enum class RunState { running, done, failed, stopped, killed };
[[nodiscard]] std::string_view run_state_name(RunState state);

/// What a run says of itself in run.json: what it is, so that a list of runs need not read configs,
/// and how it ended.
struct RunRecord {
  std::string task, model, data;
  std::string started;  ///< `2026-03-01T12:00:00Z`
  std::int64_t seed = 0, epochs = 0;
  Metrics metrics;     ///< of each epoch's evaluation, the deciding one first: no values
  std::string base{};  ///< what the experiment changes: `base.yaml`
  std::vector<ConfigChange> changes{};  ///< and in which keys
  RunState end = RunState::running;     ///< as the run itself has written it
  std::string problem{};                ///< why it failed
};

/// The record of a run of this experiment that starts now.
[[nodiscard]] RunRecord run_record(const Experiment& experiment);

/// Writes run.json.
void write_run_record(const RunDirectory& directory, const RunRecord& record);

/// Reads run.json; of a run that an older version wrote, makes it from config, environment and log.
/// Nothing where there is neither, or where they cannot be understood.
[[nodiscard]] std::optional<RunRecord> read_run_record(const RunDirectory& directory);

/// What became of a run: DONE, else the lock of a process that trains in it, else what it has
/// written of its end.
[[nodiscard]] RunState run_state(const RunDirectory& directory, const RunRecord& record);

/// What a run's log says last of how it ended; "" where it did not, or is complete.
[[nodiscard]] std::string end_in_log(const RunDirectory& directory);

}  // namespace vit
