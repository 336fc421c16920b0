#pragma once

#include <cstdint>

#include "vit/optim/options.h"

namespace vit {

/// The learning rate as a function of the update, stepped on every update (timm's
/// `sched_on_updates`): linear warm-up, then a cosine from lr to min_lr (Loshchilov and Hutter
/// 2017).
class Schedule {
 public:
  Schedule(const ScheduleOptions& options, double base_lr, std::int64_t updates_per_epoch);

  /// The learning rate of update `update`, counted from 0.
  [[nodiscard]] double lr(std::int64_t update) const;
  /// Updates in the whole run.
  [[nodiscard]] std::int64_t total_updates() const { return total_; }

 private:
  ScheduleOptions options_;
  double base_lr_;
  std::int64_t total_, warmup_;
};

}  // namespace vit
