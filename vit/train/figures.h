#pragma once

#include "vit/core/metric.h"
#include "vit/report/events.h"
#include "vit/train/batch_plan.h"
#include "vit/train/step_timer.h"
#include "vit/train/training_state.h"

namespace vit {

/// What a run tells of itself: events from its state and its clocks.
class Figures {
 public:
  /// `parts`: what the parts of the task's steps are called.
  Figures(std::int64_t epochs, const BatchPlan& plan, Metrics parts)
      : epochs_(epochs), plan_(plan), parts_(std::move(parts)) {}

  void start_epoch() {
    times = {};
    images = 0;
  }
  [[nodiscard]] BatchEvent batch(const TrainingState& state, double lr) const;
  /// `best` and all figures but lr and seconds.
  [[nodiscard]] EpochEvent epoch(const TrainingState& state, Metrics metrics) const;

  StepTimes times;          ///< of the epoch so far, in this process
  std::int64_t images = 0;  ///< trained in that time

 private:
  [[nodiscard]] double images_per_s() const;
  [[nodiscard]] Metrics parts(const TrainingState& state) const;

  std::int64_t epochs_;
  const BatchPlan& plan_;
  Metrics parts_;
};

}  // namespace vit
