#pragma once

#include <vector>

#include "vit/train/trainer.h"

namespace vit {

/// What a range test saw.
struct LrFinding {
  std::vector<double> rates, losses;  ///< smoothed loss after an update with each rate
  double suggestion = 0;              ///< where the loss falls fastest
};

/// The learning-rate range test (Smith 2017, section 3.3): up to `updates` updates with rates that
/// grow geometrically from `low` to `high`, until the loss has risen to four times its least. The
/// model is trained by it: use it for nothing else afterwards.
[[nodiscard]] LrFinding find_lr(TrainingParts& parts, double low = 1e-7, double high = 1.0,
                                std::int64_t updates = 100);

/// Where smoothed losses fall fastest over the logarithm of the rate, before their least.
[[nodiscard]] double steepest_rate(const std::vector<double>& rates,
                                   const std::vector<double>& losses);

}  // namespace vit
