#include "vit/report/parallel_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "vit/core/error.h"
#include "vit/report/markup.h"
#include "vit/report/svg.h"
#include "vit/report/text.h"

namespace vit {
namespace {

using svg_text::Anchor;
using svg_text::label;
using svg_text::px;

constexpr double kTop = 62, kBottom = 22, kSide = 110;

Axis axis_of(const ParallelChart& chart, std::size_t index) {
  const ParallelChart::Coordinate& coordinate = chart.coordinates[index];
  if (!coordinate.names.empty()) {
    Axis axis{-0.5, static_cast<double>(coordinate.names.size()) - 0.5, false, {}};
    for (std::size_t i = 0; i < coordinate.names.size(); ++i)
      axis.ticks.push_back({static_cast<double>(i), coordinate.names[i]});
    return axis;
  }
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const ParallelChart::Line& line : chart.lines)
    if (const auto& value = line.values[index]; value && std::isfinite(*value))
      low = std::min(low, *value), high = std::max(high, *value);
  return coordinate.log ? log_axis(low, high)
                        : linear_axis(low, high, 5, false, coordinate.whole ? 1 : 0);
}

}  // namespace

std::string svg(const ParallelChart& chart) {
  const std::size_t count = chart.coordinates.size();
  VIT_ASSERT(count > 0);
  const double gap = count > 1 ? (chart.width - 2 * kSide) / static_cast<double>(count - 1) : 0;
  const double bottom = chart.height - kBottom;
  std::string out = svg_text::open(chart.width, chart.height, chart.title);
  out += label(12, 18, chart.title, Anchor::start, "class=\"title\"");
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < count; ++i) axes.push_back(axis_of(chart, i));
  const auto x_at = [&](std::size_t i) { return kSide + gap * static_cast<double>(i); };
  const auto y_at = [&](std::size_t i, double value) {
    return bottom - std::clamp(axes[i].position(value), 0.0, 1.0) * (bottom - kTop);
  };
  for (const bool outstanding : {false, true})
    for (const ParallelChart::Line& line : chart.lines) {
      if (line.stands_out != outstanding) continue;
      VIT_ASSERT(line.values.size() == count);
      std::string path;
      bool pen_down = false;
      for (std::size_t i = 0; i < count; ++i) {
        const bool drawn = line.values[i] && std::isfinite(*line.values[i]);
        if (drawn)
          path += str(pen_down ? "L" : "M", px(x_at(i)), " ", px(y_at(i, *line.values[i])));
        pen_down = drawn;
      }
      out += str("<path class=\"line ", outstanding ? "s1" : "s0",
                 "\" style=\"stroke-width:", outstanding ? "2.2" : "1.2",
                 ";opacity:", outstanding ? "0.95" : "0.3", "\" d=\"", path, "\"><title>",
                 html_lines(line.note), "</title></path>\n");
    }
  const int columns = std::max(6, static_cast<int>((count > 1 ? gap : kSide * 2) / 7.4));
  for (std::size_t i = 0; i < count; ++i) {
    const double x = x_at(i);
    out += "<path class=\"axis\" d=\"M" + px(x) + " " + px(kTop) + "V" + px(bottom) + "\"/>";
    out += label(x, kTop - 14, shorten_middle(visible(chart.coordinates[i].name), columns),
                 Anchor::middle, "class=\"note\"");
    for (const Tick& tick : axes[i].ticks) {
      const double y = y_at(i, tick.value);
      out += "<path class=\"axis\" d=\"M" + px(x - 4) + " " + px(y) + "h8\"/>";
      const int room = i == 0 ? 14 : columns - 4;
      out += label(x - 7, y + 4, shorten_middle(visible(tick.label), room), Anchor::end,
                   "class=\"halo\"");
    }
  }
  return out + "</svg>";
}

}  // namespace vit
