#pragma once

#include <atomic>
#include <vector>

#include "vit/config/built_experiment.h"
#include "vit/train/run_directory.h"

namespace vit {

/// The task linear_probe: only the head learns, on features that are computed once and kept. Leaves
/// the checkpoints and the table of `directory`; `state` is then that of the end.
TrainingEnd run_linear_probe(BuiltExperiment& built, TrainingState& state,
                             const RunDirectory& directory, std::vector<Observer*> observers,
                             bool resumed, const std::atomic<bool>* stop);

}  // namespace vit
