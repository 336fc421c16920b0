#pragma once

#include <cstdint>
#include <vector>

#include "vit/optim/options.h"

namespace vit {

/// The learning rate as a pure function of the update (and, for `plateau`, of the metrics of the
/// epochs before it): linear warm-up, then a curve from lr to min_lr. Curves and names are timm's:
/// cosine and linear with cycles (Loshchilov and Hutter 2017) and k-decay, polynomial, step,
/// multistep, plateau; and warmup-stable-decay (Hu et al. 2024), one-cycle (Smith and Topin 2017),
/// inverse square root (Vaswani et al. 2017, as big_vision), exponential.
class Schedule {
 public:
  /// `larger_is_better`: of the metrics that `lr` is given.
  Schedule(const ScheduleOptions& options, double base_lr, std::int64_t updates_per_epoch,
           bool larger_is_better = true);

  /// The learning rate of update `update`, counted from 0. `metrics`: one of each finished epoch;
  /// only `plateau` looks at them.
  [[nodiscard]] double lr(std::int64_t update, const std::vector<double>& metrics = {}) const;
  /// Updates in the whole run.
  [[nodiscard]] std::int64_t total_updates() const { return total_; }
  [[nodiscard]] std::int64_t updates_per_epoch() const { return updates_per_epoch_; }

  /// Weight decay of this update by that of the options (`base`), by a cosine to weight_decay_end.
  [[nodiscard]] double weight_decay_factor(std::int64_t update, double base) const;
  /// Momentum of this update, from `base` by a cosine to momentum_end.
  [[nodiscard]] double momentum(std::int64_t update, double base) const;
  /// Factor of the model's drop_path_rate, linear from drop_path_start to drop_path_end.
  [[nodiscard]] double drop_path_factor(std::int64_t update) const;

 private:
  [[nodiscard]] double curve(double time, double length) const;
  [[nodiscard]] double cycles(double time, double length) const;
  [[nodiscard]] double units(double epochs) const { return epochs * unit_; }

  ScheduleOptions options_;
  double base_lr_;
  std::int64_t updates_per_epoch_, total_;
  double unit_;  // of the time in which the curve is written: updates or epochs, in an epoch
  double warmup_;
  bool larger_is_better_;
};

/// DINO's schedule (Caron et al. 2021): `warmup` values evenly from `start` to `base`, both
/// included, then a half cosine from `base` towards `end`, which value `total` would reach.
[[nodiscard]] double cosine_between(double base, double end, std::int64_t index, std::int64_t total,
                                    std::int64_t warmup = 0, double start = 0.0);

struct PlateauOptions {
  double decay_rate = 0.1, threshold = 1e-4;
  std::int64_t patience = 10, cooldown = 0, warmup = 0;
  double warmup_lr = 0, min_lr = 0;
  bool larger_is_better = true;
};
/// The learning rate of the epoch after those with these metrics: times decay_rate whenever more
/// than `patience` epochs brought nothing better (torch's ReduceLROnPlateau in timm's dress).
[[nodiscard]] double plateau_lr(double base_lr, const std::vector<double>& metrics,
                                const PlateauOptions& options);

}  // namespace vit
