#include "vit/report/timeline_chart.h"

#include <algorithm>

#include "vit/core/str.h"
#include "vit/report/axis.h"
#include "vit/report/markup.h"
#include "vit/report/svg.h"
#include "vit/report/text.h"

namespace vit {

std::string svg(const TimelineChart& chart) {
  using svg_text::Anchor;
  using svg_text::label;
  using svg_text::px;
  constexpr double kTop = 34, kRow = 24, kBar = 16, kRight = 18, kBelow = 44;
  constexpr int kNameColumns = 30;
  double last = 0, left = 40;
  for (const TimelineChart::Row& row : chart.rows) {
    left = std::max(left,
                    16 + svg_text::text_width(shorten_middle(visible(row.name), kNameColumns), 12));
    for (const TimelineChart::Bar& bar : row.bars) last = std::max(last, bar.end);
  }
  // A long sweep is told in minutes or hours.
  const double unit = last > 3 * 3600 ? 3600 : last > 180 ? 60 : 1;
  const Axis axis = linear_axis(0, last / unit, std::max(2, chart.width / 90), false);
  const double right = chart.width - kRight;
  const double bottom = kTop + kRow * static_cast<double>(chart.rows.size());
  const auto x_at = [&](double seconds) {
    return left + std::clamp(axis.position(seconds / unit), 0.0, 1.0) * (right - left);
  };
  std::string out = svg_text::open(chart.width, bottom + kBelow, chart.title);
  out += label(left, 18, chart.title, Anchor::start, "class=\"title\"");
  for (const Tick& tick : axis.ticks) {
    const double x = x_at(tick.value * unit);
    out += "<path class=\"grid\" d=\"M" + px(x) + " " + px(kTop) + "V" + px(bottom) + "\"/>";
    out += label(x, bottom + 18, tick.label, Anchor::middle);
  }
  out += label((left + right) / 2, bottom + 38,
               unit == 1    ? "seconds"
               : unit == 60 ? "minutes"
                            : "hours",
               Anchor::middle);
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    const double y = kTop + kRow * static_cast<double>(i) + (kRow - kBar) / 2;
    out += label(left - 8, y + kBar - 4, shorten_middle(visible(chart.rows[i].name), kNameColumns),
                 Anchor::end);
    for (const TimelineChart::Bar& bar : chart.rows[i].bars) {
      const double x = x_at(bar.begin);
      out += str("<rect class=\"", bar.wrong ? "wrong" : "right", "\" x=\"", px(x), "\" y=\"",
                 px(y), "\" width=\"", px(std::max(1.0, x_at(bar.end) - x - 1)), "\" height=\"",
                 px(kBar), "\"><title>", html_text(bar.note), "</title></rect>\n");
    }
  }
  return out + "</svg>";
}

}  // namespace vit
