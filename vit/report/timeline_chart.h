#pragma once

#include <string>
#include <vector>

namespace vit {

/// Who did what, and when: a row for each worker, with a bar for each piece of work.
struct TimelineChart {
  struct Bar {
    double begin = 0, end = 0;  ///< seconds from the start
    std::string note{};         ///< what a hover says
    bool wrong = false;         ///< in the colour of mistakes
  };
  struct Row {
    std::string name;
    std::vector<Bar> bars{};
  };

  std::string title{};
  std::vector<Row> rows{};
  int width = 1080;  ///< in CSS pixels; the height follows from the rows
};

/// The chart as one SVG element that stands alone.
[[nodiscard]] std::string svg(const TimelineChart& chart);

}  // namespace vit
