#pragma once

#include <string>
#include <vector>

namespace vit {

/// Points in the plane, in groups of one colour each.
struct ScatterChart {
  struct Point {
    double x = 0, y = 0;
    std::string note{};  ///< what a hover says
  };
  struct Group {
    std::string name;
    std::vector<Point> points{};
    bool joined = false;  ///< by a line, in their order
  };

  std::string title{}, x_label{}, y_label{};
  std::vector<Group> groups{};
  bool log_x = false;
  bool whole_x = false;                ///< x counts: its ticks are whole numbers
  std::vector<std::string> x_names{};  ///< x is an index into these
  int width = 560, height = 280;       ///< in CSS pixels
};

/// The chart as one SVG element that stands alone. Points that aren't finite (or not positive on a
/// logarithmic axis) are left out.
[[nodiscard]] std::string svg(const ScatterChart& chart);

}  // namespace vit
