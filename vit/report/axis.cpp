#include "vit/report/axis.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "vit/report/number.h"

namespace vit {
namespace {

/// 1, 2, 5 or 10 times a power of ten, near to `rough`.
double nice_step(double rough) {
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double fraction = rough / power;
  return power * (fraction < 1.5 ? 1 : fraction < 3.5 ? 2 : fraction < 7.5 ? 5 : 10);
}

/// The label of a tick on an axis that reaches to `largest` by steps of `step`: all the labels of
/// an axis are written alike.
std::string tick_label(double value, double step, double largest) {
  if (value == 0) return "0";
  const double step_digit = std::floor(std::log10(step) + 1e-9);
  if (largest < 1e6 && largest >= 1e-3)
    return fixed(value, static_cast<int>(std::max(0.0, -step_digit)));
  // Rounded to the digit of the step, as 3 * 0.1 isn't 0.3.
  const double first_digit = std::floor(std::log10(std::abs(value)) + 1e-9);
  return significant(value, 1 + static_cast<int>(std::max(0.0, first_digit - step_digit)));
}

void make_valid(double& low, double& high) {
  if (!std::isfinite(low) || !std::isfinite(high)) low = 0, high = 1;
  if (low > high) std::swap(low, high);
  const double spread = std::max(std::abs(low), std::abs(high));
  if (high - low <= spread * 1e-12) {
    low -= spread > 0 ? spread * 0.1 : 0.5;
    high += spread > 0 ? spread * 0.1 : 0.5;
  }
}

}  // namespace

double Axis::position(double value) const {
  if (log) return std::log(value / low) / std::log(high / low);
  return (value - low) / (high - low);
}

Axis linear_axis(double low, double high, int count, bool round_ends, double least_step) {
  make_valid(low, high);
  const double step = std::max(nice_step((high - low) / std::max(1, count)), least_step);
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  Axis axis{low, high, false, {}};
  if (round_ends) axis.low = first * step, axis.high = last * step;
  const double tolerance = step * 1e-6;
  const double largest = std::max(std::abs(axis.low), std::abs(axis.high));
  for (double i = first; i <= last; ++i) {
    const double value = i * step;
    if (value < axis.low - tolerance || value > axis.high + tolerance) continue;
    axis.ticks.push_back({value, tick_label(value, step, largest)});
  }
  return axis;
}

Axis log_axis(double low, double high) {
  if (!std::isfinite(high) || high <= 0) high = 1;
  if (!std::isfinite(low) || low <= 0 || low > high) low = high * 1e-5;
  Axis axis{low, high, true, {}};
  if (high / low < 1.2) axis.low = low / 2, axis.high = high * 2;
  const double decades = std::log10(axis.high / axis.low);
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / 7)));
  const auto first = static_cast<int>(std::floor(std::log10(axis.low)));
  const auto last = static_cast<int>(std::ceil(std::log10(axis.high)));
  for (int exponent = first; exponent <= last; ++exponent) {
    for (const int factor : {1, 2, 5}) {
      if (factor != 1 && decades > 2.5) continue;
      if (factor == 1 && stride > 1 && exponent % stride != 0) continue;
      // Read back from text: 1e-3 exactly, where pow(10, -3) may be its neighbour.
      const std::string label = std::to_string(factor) + "e" + std::to_string(exponent);
      const double value = parse_number(label).value_or(0);
      if (value >= axis.low * 0.999999 && value <= axis.high * 1.000001)
        axis.ticks.push_back({value, shortest(value)});
    }
  }
  return axis;
}

}  // namespace vit
