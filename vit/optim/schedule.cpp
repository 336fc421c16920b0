#include "vit/optim/schedule.h"

#include <cmath>
#include <numbers>

namespace vit {

Schedule::Schedule(const ScheduleOptions& options, double base_lr, std::int64_t updates_per_epoch)
    : options_(options),
      base_lr_(base_lr),
      total_(options.epochs * updates_per_epoch),
      warmup_(std::llround(options.warmup_epochs * static_cast<double>(updates_per_epoch))) {
  // A short trial of a long recipe (`--set schedule.epochs=1`) should run: the warm-up is cut to
  // fit.
  if (warmup_ > total_) warmup_ = total_;
}

double Schedule::lr(std::int64_t update) const {
  if (update < warmup_)
    return options_.warmup_lr + static_cast<double>(update) * (base_lr_ - options_.warmup_lr) /
                                    static_cast<double>(warmup_);
  if (options_.sched == "constant") return base_lr_;
  const std::int64_t length = options_.warmup_prefix ? total_ - warmup_ : total_;
  const std::int64_t done = options_.warmup_prefix ? update - warmup_ : update;
  if (done >= length) return options_.min_lr;
  const double phase = std::numbers::pi * static_cast<double>(done) / static_cast<double>(length);
  return options_.min_lr + 0.5 * (base_lr_ - options_.min_lr) * (1.0 + std::cos(phase));
}

}  // namespace vit
