#include "vit/train/loss_watch.h"

#include <algorithm>
#include <cmath>

namespace vit {

std::optional<double> LossWatch::see(double loss) {
  constexpr std::int64_t kMemory = 100, kFirst = 20;
  const double distance = loss - mean_;
  if (deviations_ > 0 && seen_ >= kFirst && distance > deviations_ * std::sqrt(variance_))
    return mean_;
  ++seen_;
  const double weight = 1.0 / static_cast<double>(std::min(seen_, kMemory));
  mean_ += weight * distance;
  variance_ = (1 - weight) * (variance_ + weight * distance * distance);
  return std::nullopt;
}

}  // namespace vit
