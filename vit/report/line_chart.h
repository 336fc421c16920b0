#pragma once

#include <optional>
#include <string>
#include <vector>

namespace vit {

/// A curve through points; y that isn't finite (or not positive on a logarithmic axis) is a gap.
struct Series {
  std::string name;
  std::vector<double> x, y;             // of the same length
  std::optional<std::size_t> colour{};  ///< which of the chart's colours; by its place unless given
  bool faint = false;                   ///< thin and pale, and not in the legend
};

/// A point that is singled out, such as the best epoch.
struct ChartMarker {
  double x = 0, y = 0;
  std::string label;
};

/// A horizontal line to compare with, such as the chance level.
struct ChartLevel {
  double y = 0;
  std::string label;
};

struct LineChart {
  std::string title{}, x_label{}, y_label{};
  std::vector<Series> series{};
  std::vector<ChartMarker> markers{};
  std::vector<ChartLevel> levels{};
  bool log_y = false;
  bool log_x = false;
  bool whole_x = false;                     ///< x counts: its ticks are whole numbers
  std::optional<double> y_low{}, y_high{};  ///< the ends of the y axis; from the data unless given
  int width = 560, height = 310;            ///< in CSS pixels
};

/// The chart as one SVG element that stands alone, in a file or in a page. Its colours (after Okabe
/// and Ito) can be told apart by colour-blind readers, and follow the reader's light or dark
/// scheme.
[[nodiscard]] std::string svg(const LineChart& chart);

}  // namespace vit
