#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vit/core/error.h"
#include "vit/report/events.h"

namespace vit {

// What becomes of an update whose loss or gradient is not finite, or whose loss leaps.

/// What to tell: Error (numerical) with place, figures and remedies; `why` the run does not go on
/// all the same, where it was to.
[[nodiscard]] Error trouble_error(const UpdateEvent& event, const std::string& why = "");

/// One line for a log.
[[nodiscard]] std::string trouble_text(const UpdateEvent& event);

/// As JSON, for `trouble/update-N.json` in the run directory.
[[nodiscard]] std::string trouble_json(const UpdateEvent& event);

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
