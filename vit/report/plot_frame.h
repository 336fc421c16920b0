#pragma once

#include <string>

#include "vit/report/axis.h"

namespace vit::svg_text {

/// Where a chart of x and y draws its points, in pixels of its picture.
struct PlotFrame {
  double left = 0, right = 0, top = 0, bottom = 0;
};

/// A line across the frame for each tick of `y`, with its label on the left.
[[nodiscard]] std::string y_grid(const PlotFrame& frame, const Axis& y);

/// The line that the x axis is, and what both axes are called; `height` is the whole picture's.
[[nodiscard]] std::string axis_names(const PlotFrame& frame, double height,
                                     const std::string& x_label, const std::string& y_label);

}  // namespace vit::svg_text
