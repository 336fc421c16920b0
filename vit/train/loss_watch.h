#pragma once

#include <cstdint>
#include <optional>

namespace vit {

/// Notices a loss far above the recent ones (their mean and deviation over about 100 updates).
class LossWatch {
 public:
  /// `deviations`: how far above the mean is a spike; 0: nothing is.
  explicit LossWatch(double deviations) : deviations_(deviations) {}

  /// The mean of the recent losses where this one is a spike. A spike is not counted among them.
  std::optional<double> see(double loss);

 private:
  double deviations_, mean_ = 0, variance_ = 0;
  std::int64_t seen_ = 0;
};

}  // namespace vit
