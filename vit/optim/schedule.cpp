#include "vit/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vit {
namespace {

constexpr double kPi = std::numbers::pi;

double half_cosine(double from, double to, double share) {
  return to + 0.5 * (from - to) * (1.0 + std::cos(kPi * share));
}

}  // namespace

Schedule::Schedule(const ScheduleOptions& options, double base_lr, std::int64_t updates_per_epoch,
                   bool larger_is_better)
    : options_(options),
      base_lr_(base_lr),
      updates_per_epoch_(updates_per_epoch),
      total_(options.epochs * updates_per_epoch),
      unit_(options.sched_on_updates ? static_cast<double>(updates_per_epoch) : 1.0),
      // A short trial of a long recipe (`--set schedule.epochs=1`) should run: the warm-up is cut
      // to fit.
      warmup_(std::min(std::round(units(options.warmup_epochs)),
                       units(static_cast<double>(options.epochs)))),
      larger_is_better_(larger_is_better) {}

double Schedule::lr(std::int64_t update, const std::vector<double>& metrics) const {
  if (options_.sched == "plateau")
    return plateau_lr(base_lr_, metrics,
                      {.decay_rate = options_.decay_rate,
                       .patience = options_.patience_epochs,
                       .cooldown = std::llround(options_.cooldown_epochs),
                       .warmup = std::llround(options_.warmup_epochs),
                       .warmup_lr = options_.warmup_lr,
                       .min_lr = options_.min_lr,
                       .larger_is_better = larger_is_better_});
  const double time = options_.sched_on_updates ? static_cast<double>(update)
                                                : static_cast<double>(update / updates_per_epoch_);
  if (time < warmup_) {
    if (options_.sched == "onecycle")
      return half_cosine(options_.warmup_lr, base_lr_, time / warmup_);
    return options_.warmup_lr + time * ((base_lr_ - options_.warmup_lr) / warmup_);
  }
  // What starts after the warm-up, and what runs beneath it.
  const bool after = options_.warmup_prefix || options_.sched == "onecycle" ||
                     options_.sched == "wsd" || options_.sched == "inv_sqrt";
  const double skipped = after ? warmup_ : 0.0;
  const double end = units(static_cast<double>(options_.epochs) - options_.cooldown_epochs);
  if (options_.cooldown_epochs > 0 && time >= end) return options_.min_lr;
  return curve(time - skipped, end - skipped);
}

double Schedule::curve(double time, double length) const {
  const double low = options_.min_lr;
  const std::string& sched = options_.sched;
  if (sched == "constant") return base_lr_;
  if (sched == "step")
    return base_lr_ * std::pow(options_.decay_rate,
                               std::floor(time / units(options_.decay_epochs.value_or(30))));
  if (sched == "exp")
    return std::max(low, base_lr_ * std::pow(options_.decay_rate,
                                             time / units(options_.decay_epochs.value_or(30))));
  if (sched == "multistep") {
    // timm's convention: milestone m acts at time m - 1.
    const auto passed = std::count_if(
        options_.decay_milestones.begin(), options_.decay_milestones.end(),
        [&](std::int64_t epoch) { return units(static_cast<double>(epoch)) <= time + 1; });
    return base_lr_ * std::pow(options_.decay_rate, passed);
  }
  if (sched == "inv_sqrt") {
    const double scale =
        options_.decay_epochs ? units(*options_.decay_epochs) : std::max(warmup_, 1.0);
    return std::max(low, base_lr_ / std::sqrt(1.0 + time / scale));
  }
  if (time >= length && sched != "cosine" && sched != "linear" && sched != "poly") return low;
  if (sched == "onecycle") return half_cosine(base_lr_, low, time / length);
  if (sched == "wsd") {
    const double decay = options_.decay_epochs ? units(*options_.decay_epochs) : 0.2 * length;
    const double into = time - (length - decay);
    return into <= 0 ? base_lr_ : low + (base_lr_ - low) * (1.0 - into / decay);
  }
  return cycles(time, length);
}

double Schedule::cycles(double time, double length) const {
  const double mul = options_.lr_cycle_mul, low = options_.min_lr, k = options_.lr_k_decay;
  const auto limit = static_cast<double>(options_.lr_cycle_limit);
  double first = mul == 1.0 ? length / limit : length * (mul - 1) / (std::pow(mul, limit) - 1);
  if (options_.lr_cycle_epochs) first = units(*options_.lr_cycle_epochs);
  double cycle = 0, own = first, begun = 0;
  if (mul == 1.0) {
    cycle = std::floor(time / first);
    begun = first * cycle;
  } else {
    // A shrinking series of cycles may end before the time does.
    const double inside = 1 - time / first * (1 - mul);
    cycle = inside > 0 ? std::floor(std::log(inside) / std::log(mul)) : limit;
    own = std::pow(mul, cycle) * first;
    begun = (1 - std::pow(mul, cycle)) / (1 - mul) * first;
  }
  if (cycle >= limit || first <= 0) return low;
  const double high = base_lr_ * std::pow(options_.lr_cycle_decay, cycle);
  const double share = std::pow(time - begun, k) / std::pow(own, k);
  if (options_.sched == "cosine") return half_cosine(high, low, share);
  const double power = options_.sched == "poly" ? options_.poly_power : 1.0;
  return low + (high - low) * std::pow(1 - share, power);
}

double Schedule::weight_decay_factor(std::int64_t update, double base) const {
  if (!options_.weight_decay_end || base == 0) return 1.0;
  return cosine_between(base, *options_.weight_decay_end, update, total_) / base;
}

double Schedule::momentum(std::int64_t update, double base) const {
  return options_.momentum_end ? cosine_between(base, *options_.momentum_end, update, total_)
                               : base;
}

double Schedule::drop_path_factor(std::int64_t update) const {
  const double share =
      static_cast<double>(update) / static_cast<double>(std::max<std::int64_t>(total_ - 1, 1));
  return options_.drop_path_start + (options_.drop_path_end - options_.drop_path_start) * share;
}

double cosine_between(double base, double end, std::int64_t index, std::int64_t total,
                      std::int64_t warmup, double start) {
  if (index < warmup) {
    if (warmup == 1) return start;
    return start + (base - start) * static_cast<double>(index) / static_cast<double>(warmup - 1);
  }
  if (index >= total) return end;
  return half_cosine(base, end,
                     static_cast<double>(index - warmup) / static_cast<double>(total - warmup));
}

double plateau_lr(double base_lr, const std::vector<double>& metrics,
                  const PlateauOptions& options) {
  constexpr double kLeastChange = 1e-8;
  const auto epochs = static_cast<std::int64_t>(metrics.size());
  const auto warmed = [&](std::int64_t epoch) {
    return options.warmup == 0 ? base_lr
                               : options.warmup_lr + static_cast<double>(epoch) *
                                                         ((base_lr - options.warmup_lr) /
                                                          static_cast<double>(options.warmup));
  };
  if (epochs <= options.warmup) return warmed(epochs);

  double lr = base_lr;
  std::optional<double> best;
  std::int64_t bad = 0, cooling = 0;
  for (std::int64_t epoch = options.warmup; epoch < epochs; ++epoch) {
    const double metric = metrics[static_cast<std::size_t>(epoch)];
    const bool better =
        !std::isnan(metric) &&
        (!best || (options.larger_is_better ? metric > *best * (1 + options.threshold)
                                            : metric < *best * (1 - options.threshold)));
    if (better) best = metric;
    bad = better ? 0 : bad + 1;
    if (cooling > 0) {
      --cooling;
      bad = 0;
    }
    if (bad <= options.patience) continue;
    const double lower = std::max(lr * options.decay_rate, options.min_lr);
    if (lr - lower > kLeastChange) lr = lower;
    cooling = options.cooldown;
    bad = 0;
  }
  return lr;
}

}  // namespace vit
