#pragma once

#include <nlohmann/json_fwd.hpp>

#include "vit/sweep/trial_process.h"

namespace vit {

/// Trains a trial up to the epochs of its job, going on from its last checkpoint, as `vit train`
/// does. Returns {value, best_epoch, figures}, or {stopped} where a signal came first. Throws Error
/// where it fails, of the kind numerical where the metric is no number.
[[nodiscard]] nlohmann::json run_training_trial(const TrialRecipe& recipe, const TrialTask& task);

}  // namespace vit
