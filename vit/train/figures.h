#pragma once

#include "vit/tasks/task.h"
#include "vit/train/batch_plan.h"
#include "vit/train/observer.h"
#include "vit/train/step_timer.h"
#include "vit/train/training_state.h"

namespace vit {

/// What a run tells of itself: events from its state and its clocks.
class Figures {
 public:
  Figures(std::int64_t epochs, const BatchPlan& plan, Better better)
      : epochs_(epochs), plan_(plan), better_(better) {}

  void start_epoch() {
    times = {};
    images = 0;
  }
  [[nodiscard]] BatchEvent batch(const TrainingState& state, double lr) const;
  /// `best` and all figures but lr and seconds.
  [[nodiscard]] EpochEvent epoch(const TrainingState& state,
                                 std::vector<std::pair<std::string, double>> metrics) const;

  StepTimes times;          ///< of the epoch so far, in this process
  std::int64_t images = 0;  ///< trained in that time

 private:
  [[nodiscard]] double images_per_s() const;

  std::int64_t epochs_;
  const BatchPlan& plan_;
  Better better_;
};

}  // namespace vit
