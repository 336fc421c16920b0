#include "vit/report/scatter_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "vit/core/str.h"
#include "vit/report/axis.h"
#include "vit/report/markup.h"
#include "vit/report/plot_frame.h"
#include "vit/report/svg.h"
#include "vit/report/text.h"

namespace vit {
namespace {

using svg_text::Anchor;
using svg_text::axis_names;
using svg_text::label;
using svg_text::PlotFrame;
using svg_text::px;
using svg_text::y_grid;

constexpr double kFontSize = 12, kRightMargin = 18, kTickWidth = 68;

class Scatter {
 public:
  explicit Scatter(const ScatterChart& chart) : chart_(chart) { scale(); }

  [[nodiscard]] std::string text() {
    out_ = svg_text::open(chart_.width, chart_.height, chart_.title);
    out_ += label(left_, 18, chart_.title, Anchor::start, "class=\"title\"");
    if (chart_.groups.size() > 1) legend();
    axes();
    for (std::size_t i = 0; i < chart_.groups.size(); ++i) draw(chart_.groups[i], i);
    return out_ + "</svg>";
  }

 private:
  [[nodiscard]] bool is_drawn(const ScatterChart::Point& point) const {
    return std::isfinite(point.x) && std::isfinite(point.y) && (!chart_.log_x || point.x > 0);
  }

  void scale() {
    double x_low = std::numeric_limits<double>::infinity(), x_high = -x_low;
    double y_low = x_low, y_high = -x_low;
    for (const ScatterChart::Group& group : chart_.groups)
      for (const ScatterChart::Point& point : group.points) {
        if (!is_drawn(point)) continue;
        x_low = std::min(x_low, point.x), x_high = std::max(x_high, point.x);
        y_low = std::min(y_low, point.y), y_high = std::max(y_high, point.y);
      }
    y_ = linear_axis(y_low, y_high, 5, true);
    for (const Tick& tick : y_.ticks)
      left_ = std::max(left_, 32 + svg_text::text_width(tick.label, kFontSize));
    if (!chart_.x_names.empty())
      name_x();
    else if (chart_.log_x)
      x_ = log_axis(x_low, x_high);
    else
      x_ = linear_axis(x_low, x_high, std::max(2, static_cast<int>(chart_.width / kTickWidth)),
                       false, chart_.whole_x ? 1 : 0);
  }

  /// Places of equal width. Where a name is wider than its place, all are turned.
  void name_x() {
    constexpr int kMostColumns = 26;
    const auto count = static_cast<double>(chart_.x_names.size());
    x_ = {-0.5, count - 0.5, false, {}};
    const double place = (right() - left_) / count;
    double widest = 0;
    for (std::size_t i = 0; i < chart_.x_names.size(); ++i) {
      x_.ticks.push_back(
          {static_cast<double>(i), shorten_middle(visible(chart_.x_names[i]), kMostColumns)});
      widest = std::max(widest, svg_text::text_width(x_.ticks.back().label, kFontSize));
    }
    turned_ = widest + 8 > place;
    if (turned_) below_ = 30 + widest * 0.6 + 12;
  }

  void legend() {
    constexpr double kRowHeight = 18;
    double x = left_, y = 38;
    for (std::size_t i = 0; i < chart_.groups.size(); ++i) {
      const std::string name = shorten_middle(visible(chart_.groups[i].name), 40);
      const double width = 14 + svg_text::text_width(name, kFontSize) + 16;
      if (x > left_ && x + width > right()) x = left_, y += kRowHeight;
      out_ += str("<circle class=\"f", i % 6, "\" cx=\"", px(x + 4), "\" cy=\"", px(y - 4),
                  "\" r=\"3.6\"/>");
      out_ += label(x + 14, y, name, Anchor::start);
      x += width;
    }
    top_ = y + 14;
  }

  [[nodiscard]] double right() const { return chart_.width - kRightMargin; }
  [[nodiscard]] double bottom() const { return chart_.height - below_; }
  /// Points keep away from the ends, where they would be cut.
  [[nodiscard]] double x_at(double x) const {
    const double margin = chart_.x_names.empty() ? 8 : 0;
    return left_ + margin + x_.position(x) * (right() - left_ - 2 * margin);
  }
  [[nodiscard]] double y_at(double y) const {
    return bottom() - y_.position(y) * (bottom() - top_);
  }

  void axes() {
    const PlotFrame frame{left_, right(), top_, bottom()};
    out_ += y_grid(frame, y_);
    for (const Tick& tick : x_.ticks) {
      const double x = x_at(tick.value);
      out_ += "<path class=\"axis\" d=\"M" + px(x) + " " + px(bottom()) + "v4\"/>";
      if (turned_)
        out_ += label(x + 4, bottom() + 14, tick.label, Anchor::end,
                      "transform=\"rotate(-35 " + px(x + 4) + " " + px(bottom() + 14) + ")\"");
      else
        out_ += label(x, bottom() + 18, tick.label, Anchor::middle);
    }
    out_ += axis_names(frame, chart_.height, chart_.x_label, chart_.y_label);
  }

  void draw(const ScatterChart::Group& group, std::size_t index) {
    std::string path, dots;
    for (const ScatterChart::Point& point : group.points) {
      if (!is_drawn(point)) continue;
      const std::string x = px(x_at(point.x)), y = px(y_at(point.y));
      path += str(path.empty() ? "M" : "L", x, " ", y);
      dots += str("<circle class=\"f", index % 6, "\" style=\"opacity:.8\" cx=\"", x, "\" cy=\"", y,
                  "\" r=\"3.6\"><title>", html_lines(point.note), "</title></circle>");
    }
    if (group.joined)
      out_ += str("<path class=\"line s", index % 6, "\" style=\"opacity:.5\" d=\"", path, "\"/>");
    out_ += dots + "\n";
  }

  const ScatterChart& chart_;
  Axis x_, y_;
  double left_ = 44, top_ = 34, below_ = 46;
  bool turned_ = false;
  std::string out_;
};

}  // namespace

std::string svg(const ScatterChart& chart) { return Scatter(chart).text(); }

}  // namespace vit
