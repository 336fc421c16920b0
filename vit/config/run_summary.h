#pragma once

#include <c10/core/Device.h>

#include "vit/config/experiment.h"
#include "vit/config/schedule_curves.h"
#include "vit/tasks/classify.h"
#include "vit/train/run_directory.h"
#include "vit/train/training_state.h"

namespace vit {

/// Writes a finished run's report.html: figures, curves, confusion matrix, pictures with
/// predictions. `curves`: what was planned over the run; none: the learning rates of the table.
void write_run_report(const RunDirectory& directory, const Experiment& experiment,
                      const ClassifyEvaluation& evaluation, const Dataset& val_data,
                      ImageModel& model, const TrainingState& state, c10::Device device,
                      const std::vector<ScheduleCurve>& curves);

/// Learned numbers of a model.
[[nodiscard]] std::int64_t parameter_count(ImageModel& model);

}  // namespace vit
