#pragma once

#include <atomic>
#include <memory>

#include "vit/config/built_experiment.h"
#include "vit/train/linear_probe.h"

namespace vit {

/// The task linear_probe: the head alone learns, by the training loop of every task, on features of
/// the frozen model that are computed once and kept for the next run.
class LinearProbe {
 public:
  /// Computes the features, or reads them; nothing where `stop` was set meanwhile. `built` must
  /// outlive the object.
  static std::unique_ptr<LinearProbe> open(BuiltExperiment& built, const std::atomic<bool>* stop);

  /// What the trainer works on; valid as long as this object.
  [[nodiscard]] TrainingParts parts();

 private:
  LinearProbe(BuiltExperiment& built, Features train, Features val);

  BuiltExperiment& built_;
  Features train_, val_;
  ProbedHead head_;
  std::unique_ptr<Task> task_;
};

}  // namespace vit
