#pragma once

#include <filesystem>
#include <vector>

#include "vit/run/built_experiment.h"
#include "vit/run/run_summary.h"
#include "vit/train/run_directory.h"

namespace vit {

/// Writes the report of a run anew, whatever became of the run, and returns its path. Where a
/// checkpoint and the data are there, the best one (else the last one) is evaluated for it; where
/// they are not, the report says so and has what the files tell. Throws Error (usage) where the
/// folder holds no run.
std::filesystem::path report_run(const std::filesystem::path& run);

/// The checkpoint that a run leaves: the best one, or the last where no epoch was the best (all
/// metrics were NaN).
[[nodiscard]] std::filesystem::path checkpoint_to_keep(const RunDirectory& directory);

/// Evaluates the weights of a checkpoint, which the model has afterwards, adapters merged and
/// without averages beside them.
[[nodiscard]] std::unique_ptr<Evaluation> evaluate_checkpoint(
    BuiltExperiment& built, const std::filesystem::path& checkpoint);

/// What is drawn of the schedules: no more points than there are updates, whose steps would look
/// like stairs.
[[nodiscard]] std::vector<ScheduleCurve> report_curves(BuiltExperiment& built,
                                                       const std::vector<double>& metrics = {});

}  // namespace vit
