#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vit/report/axis.h"

namespace vit {

/// Parallel coordinates: an upright axis for each quantity, and a line across them for each case.
struct ParallelChart {
  struct Coordinate {
    std::string name;
    bool log = false;
    bool whole = false;                ///< it counts: its ticks are whole numbers
    std::vector<std::string> names{};  ///< values are indices into these, where it has names
  };
  struct Line {
    std::vector<std::optional<double>> values;  ///< one for each coordinate; nothing: a gap
    std::string note{};                         ///< what a hover says
    bool stands_out = false;
  };

  std::string title{};
  std::vector<Coordinate> coordinates{};
  std::vector<Line> lines{};
  int width = 1080, height = 340;  ///< in CSS pixels
};

/// The chart as one SVG element that stands alone; lines that stand out are drawn last.
[[nodiscard]] std::string svg(const ParallelChart& chart);

}  // namespace vit
