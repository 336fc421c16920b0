#pragma once

#include <string>
#include <vector>

namespace vit {

/// A mark on an axis and what is written at it.
struct Tick {
  double value = 0;
  std::string label;
};

/// A scale from `low` to `high` and its ticks. Both ends are finite and low < high.
struct Axis {
  double low = 0, high = 1;
  bool log = false;
  std::vector<Tick> ticks;

  /// 0 at `low`, 1 at `high`; linear in the logarithm on a logarithmic axis.
  [[nodiscard]] double position(double value) const;
};

/// An axis with about `count` ticks at 1, 2 or 5 times a power of ten. Its ends lie on ticks where
/// `round_ends` says so, and are the ends of the data otherwise. Ends that are equal, reversed or
/// not finite give some sensible axis. No two ticks are nearer than `least_step`: 1 for what is
/// counted in whole numbers.
[[nodiscard]] Axis linear_axis(double low, double high, int count, bool round_ends,
                               double least_step = 0);

/// A logarithmic axis with ticks at powers of ten, and between them where there are few. Where
/// `low` isn't positive the axis begins five decades below `high`.
[[nodiscard]] Axis log_axis(double low, double high);

}  // namespace vit
