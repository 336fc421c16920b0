#pragma once

#include "vit/run/built_experiment.h"

namespace vit {

/// Two pictures of each split through everything, without touching the disk; then tells what the
/// run would be: model, data, parameter groups, schedules. Throws what training would.
void dry_run(BuiltExperiment& built);

}  // namespace vit
