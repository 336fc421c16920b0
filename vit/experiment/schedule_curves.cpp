#include "vit/experiment/schedule_curves.h"

#include <algorithm>

#include "vit/train/ema.h"

namespace vit {
namespace {

/// The metrics of the epochs before this update.
std::vector<double> known_at(std::int64_t update, const Schedule& schedule,
                             const std::vector<double>& metrics) {
  const std::int64_t epochs = std::min<std::int64_t>(update / schedule.updates_per_epoch(),
                                                     static_cast<std::int64_t>(metrics.size()));
  return {metrics.begin(), metrics.begin() + epochs};
}

double average_decay(const TrainOptions& train, std::int64_t update, std::int64_t total) {
  if (train.model_ema_end)
    return cosine_between(*train.model_ema, *train.model_ema_end, update, total);
  return ema_decay({.decay = *train.model_ema, .warmup = train.model_ema_warmup},
                   std::max<std::int64_t>(update + 1, 2));  // the first update only copies
}

}  // namespace

std::vector<ScheduleCurve> schedule_curves(const Schedule& schedule, const OptimOptions& optim,
                                           const TrainOptions& train, std::size_t points,
                                           const std::vector<double>& metrics) {
  const std::int64_t total = schedule.total_updates();
  std::vector<ScheduleCurve> curves;
  if (total == 0) return curves;
  const auto add = [&](const char* name, const auto& value) {
    ScheduleCurve curve{name, {}};
    for (std::size_t i = 0; i < points; ++i) {
      const double middle =
          (static_cast<double>(i) + 0.5) / static_cast<double>(points) * static_cast<double>(total);
      curve.values.push_back(value(std::min(total - 1, static_cast<std::int64_t>(middle))));
    }
    const bool constant =
        std::equal(curve.values.begin() + 1, curve.values.end(), curve.values.begin());
    if (curves.empty() || !constant) curves.push_back(std::move(curve));
  };
  add("learning rate", [&](std::int64_t update) {
    return schedule.lr(update, known_at(update, schedule, metrics));
  });
  add("weight decay", [&](std::int64_t update) {
    return optim.weight_decay * schedule.weight_decay_factor(update, optim.weight_decay);
  });
  add("momentum", [&](std::int64_t update) { return schedule.momentum(update, optim.momentum); });
  add("drop path, times its rate",
      [&](std::int64_t update) { return schedule.drop_path_factor(update); });
  if (train.model_ema)
    add("decay of the average",
        [&](std::int64_t update) { return average_decay(train, update, total); });
  return curves;
}

}  // namespace vit
