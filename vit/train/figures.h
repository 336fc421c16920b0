#pragma once

#include <c10/core/Device.h>

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
  Figures(std::int64_t epochs, const BatchPlan& plan, Metrics parts, c10::Device device)
      : epochs_(epochs), plan_(plan), parts_(std::move(parts)), device_(device) {}

  void start_epoch() {
    times = {};
    images = 0;
  }
  [[nodiscard]] BatchEvent batch(const TrainingState& state, double lr);
  /// All but lr; `seconds`: of the epoch with its evaluation.
  [[nodiscard]] EpochEvent epoch(const TrainingState& state, Metrics metrics, double seconds) const;

  StepTimes times;          ///< of the epoch so far, in this process
  std::int64_t images = 0;  ///< trained in that time

 private:
  [[nodiscard]] double images_per_s() const;
  [[nodiscard]] Metrics parts(const TrainingState& state) const;

  std::int64_t epochs_;
  const BatchPlan& plan_;
  Metrics parts_;
  c10::Device device_;
  Stopwatch since_memory_;  // was asked for: the system takes its time to tell
  double memory_ = 0;
};

}  // namespace vit
