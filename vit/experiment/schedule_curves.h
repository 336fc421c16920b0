#pragma once

#include <string>
#include <vector>

#include "vit/optim/schedule.h"
#include "vit/train/options.h"

namespace vit {

/// A quantity over a run, at evenly spaced updates: the middle of each of as many parts.
struct ScheduleCurve {
  std::string name;
  std::vector<double> values;
};

/// The learning rate over a run, then what else changes in it: weight decay, momentum, the factor
/// of stochastic depth, the decay of the moving average. `metrics`: of the epochs that are done, as
/// Schedule::lr takes them.
[[nodiscard]] std::vector<ScheduleCurve> schedule_curves(const Schedule& schedule,
                                                         const OptimOptions& optim,
                                                         const TrainOptions& train,
                                                         std::size_t points,
                                                         const std::vector<double>& metrics = {});

}  // namespace vit
