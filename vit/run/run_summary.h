#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/experiment/experiment.h"
#include "vit/experiment/schedule_curves.h"
#include "vit/report/run_report.h"
#include "vit/train/run_directory.h"

namespace vit {

/// What the files of a run tell of it as it is now, whether it goes on, was stopped, failed or is
/// complete: its table, environment and config, and what became of it. `parameters`: of the model,
/// where they are known. `curves`: what is planned over the run; none: the learning rates of the
/// table.
[[nodiscard]] RunReport run_report(const RunDirectory& directory, const Experiment& experiment,
                                   std::optional<std::int64_t> parameters,
                                   const std::vector<ScheduleCurve>& curves);

/// Adds what an evaluation found: its headline, figures and sections.
void add_evaluation(RunReport& report, const Evaluation& evaluation, const Dataset& val_data);

/// Writes predictions.csv, where the task's answers are right or wrong.
void write_predictions(const RunDirectory& directory, const Evaluation& evaluation);

/// Writes report.html.
void write_report(const RunDirectory& directory, const RunReport& report);

/// A model for people: its variant, and the options that are not the variant's own.
[[nodiscard]] std::string model_text(const ModelSpec& model);

}  // namespace vit
