#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace vit {

/// Which of two values of a metric is the better one; `neither`: it only tells something.
enum class Better { larger, smaller, neither };

/// A named number that an evaluation found.
struct Metric {
  std::string name;  ///< in tables and files: `top1`
  double value = 0;
  Better better = Better::larger;
  std::string title{};   ///< for people: `top-1`; "": as the name
  bool percent = false;  ///< whether the value is one of 0 to 100 %

  [[nodiscard]] const std::string& shown_as() const { return title.empty() ? name : title; }
  friend bool operator==(const Metric&, const Metric&) = default;
};

/// The metrics of an evaluation in their order; the first decides which checkpoint is the best.
using Metrics = std::vector<Metric>;

/// The value of this name; nothing where there is none.
[[nodiscard]] inline std::optional<double> value_of(const Metrics& metrics,
                                                    const std::string& name) {
  for (const Metric& metric : metrics)
    if (metric.name == name) return metric.value;
  return std::nullopt;
}

/// Whether `value` is better than `best`, the best so far, if there is one. What is not a number
/// never is.
[[nodiscard]] inline bool is_better(Better better, double value, std::optional<double> best) {
  if (std::isnan(value)) return false;
  if (!best || std::isnan(*best)) return true;
  if (better == Better::neither) return false;
  return better == Better::larger ? value > *best : value < *best;
}

}  // namespace vit
