#include "vit/report/line_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "vit/core/error.h"
#include "vit/report/axis.h"
#include "vit/report/markup.h"
#include "vit/report/number.h"
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

constexpr double kLeastLeft = 44, kRight = 18, kBottom = 46, kLegendRow = 18, kFont = 12;
constexpr std::size_t kColours = 6;           // s0 to s5 in the style
constexpr std::size_t kMaxHoverPoints = 400;  // of a series: a longer one would bloat the page
constexpr std::size_t kMaxDots = 40;

struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void add(double value) { low = std::min(low, value), high = std::max(high, value); }
};

class Plot {
 public:
  explicit Plot(const LineChart& chart) : chart_(chart) { scale(); }

  [[nodiscard]] std::string text() {
    std::string legend_text = legend();
    out_ = svg_text::open(chart_.width, chart_.height, chart_.title);
    out_ += label(left_, 18, chart_.title, Anchor::start, "class=\"title\"");
    out_ += legend_text;
    axes();
    for (const ChartLevel& level : chart_.levels) draw(level);
    for (std::size_t i = 0; i < chart_.series.size(); ++i) draw(chart_.series[i], i);
    for (const ChartMarker& marker : chart_.markers) draw(marker);
    return out_ + "</svg>";
  }

 private:
  [[nodiscard]] bool is_drawn(double x, double y) const {
    return std::isfinite(x) && std::isfinite(y) && (!chart_.log_y || y > 0) &&
           (!chart_.log_x || x > 0);
  }

  void scale() {
    Extent x, y;
    for (const Series& series : chart_.series) {
      VIT_ASSERT(series.x.size() == series.y.size(), series.name);
      for (std::size_t i = 0; i < series.x.size(); ++i)
        if (is_drawn(series.x[i], series.y[i])) x.add(series.x[i]), y.add(series.y[i]);
    }
    for (const ChartLevel& level : chart_.levels)
      if (is_drawn(1, level.y)) y.add(level.y);
    const double low = chart_.y_low.value_or(y.low), high = chart_.y_high.value_or(y.high);
    constexpr int kTickWidth = 68;  // px, with room around the label
    x_ = chart_.log_x ? log_axis(x.low, x.high)
                      : linear_axis(x.low, x.high, std::max(2, chart_.width / kTickWidth), false,
                                    chart_.whole_x ? 1 : 0);
    y_ = chart_.log_y ? log_axis(low, high) : linear_axis(low, high, 5, true);
    if (!chart_.log_y) {
      if (chart_.y_low) y_.low = std::min(*chart_.y_low, y_.high);
      if (chart_.y_high && *chart_.y_high > y_.low) y_.high = *chart_.y_high;
    }
    for (const Tick& tick : y_.ticks)
      left_ = std::max(left_, 32 + svg_text::text_width(tick.label, kFont));
  }

  [[nodiscard]] double right() const { return chart_.width - kRight; }
  [[nodiscard]] double bottom() const { return chart_.height - kBottom; }
  [[nodiscard]] double x_at(double x) const { return left_ + x_.position(x) * (right() - left_); }
  [[nodiscard]] double y_at(double y) const {
    return bottom() - std::clamp(y_.position(y), -0.02, 1.02) * (bottom() - top_);
  }

  std::string legend() {
    std::string text;
    top_ = 34;
    const auto named = std::count_if(chart_.series.begin(), chart_.series.end(),
                                     [](const Series& series) { return !series.faint; });
    if (named < 2) return text;  // the title says it
    double x = left_, y = 38;
    for (std::size_t i = 0; i < chart_.series.size(); ++i) {
      if (chart_.series[i].faint) continue;
      const std::string name = shorten_middle(visible(chart_.series[i].name), 40);
      const double width = 24 + svg_text::text_width(name, kFont) + 16;
      if (x > left_ && x + width > right()) x = left_, y += kLegendRow;
      text += "<path class=\"line " + stroke(colour_of(i)) + "\" d=\"M" + px(x) + " " + px(y - 4) +
              "h18\"/>" + label(x + 24, y, name, Anchor::start);
      x += width;
    }
    top_ = y + 14;
    return text;
  }

  [[nodiscard]] std::size_t colour_of(std::size_t series) const {
    return chart_.series[series].colour.value_or(series);
  }

  static std::string stroke(std::size_t series) {
    const char digit = static_cast<char>('0' + series % kColours);
    std::string result = std::string("s") + digit + "\"";
    // A second round through the colours is told from the first by its dashes.
    if (series >= kColours)
      result += " stroke-dasharray=\"6 4";
    else
      result.pop_back();
    return result;
  }

  void axes() {
    const PlotFrame frame{left_, right(), top_, bottom()};
    out_ += y_grid(frame, y_);
    for (const Tick& tick : x_.ticks) {
      const double x = x_at(tick.value);
      out_ += "<path class=\"axis\" d=\"M" + px(x) + " " + px(bottom()) + "v4\"/>";
      out_ += label(x, bottom() + 18, tick.label, Anchor::middle);
    }
    out_ += axis_names(frame, chart_.height, chart_.x_label, chart_.y_label);
  }

  void draw(const ChartLevel& level) {
    if (!is_drawn(1, level.y)) return;
    const double y = y_at(level.y);
    out_ += "<path class=\"level\" d=\"M" + px(left_) + " " + px(y) + "H" + px(right()) + "\"/>";
    out_ += label(right() - 4, y - 5, level.label, Anchor::end, "class=\"halo\"");
  }

  void draw(const Series& series, std::size_t index) {
    std::string path, points;
    bool pen_down = false;
    const bool dots = !series.faint && series.x.size() <= kMaxDots;
    const bool hover = !series.faint && series.x.size() <= kMaxHoverPoints;
    const std::string fill = "f" + std::to_string(colour_of(index) % kColours);
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      const bool drawn = is_drawn(series.x[i], series.y[i]);
      if (drawn) {
        const std::string x = px(x_at(series.x[i])), y = px(y_at(series.y[i]));
        path += str(pen_down ? "L" : "M", x, " ", y);
        const auto circle = [&](const std::string& name, const char* radius) {
          return str("<circle class=\"", name, "\" cx=\"", x, "\" cy=\"", y, "\" r=\"", radius);
        };
        if (dots || (is_alone(series, i) && !series.faint)) points += circle(fill, "2.6") + "\"/>";
        if (hover)
          points += circle("hit", "7") + "\"><title>" + html_text(chart_.x_label) + " " +
                    rounded(series.x[i], 4) + ": " + html_text(series.name) + " " +
                    rounded(series.y[i], 5) + "</title></circle>";
      }
      pen_down = drawn;
    }
    out_ += str("<path class=\"line ", series.faint ? "faint " : "", stroke(colour_of(index)),
                "\" d=\"", path, "\"/>", points, "\n");
  }

  /// A number as a person reads it.
  static std::string rounded(double value, int digits) {
    return value == std::round(value) && std::abs(value) < 1e9 ? fixed(value, 0)
                                                               : significant(value, digits);
  }

  /// A point between two gaps has no line to be seen by.
  [[nodiscard]] bool is_alone(const Series& series, std::size_t i) const {
    const bool before = i > 0 && is_drawn(series.x[i - 1], series.y[i - 1]);
    const bool after = i + 1 < series.x.size() && is_drawn(series.x[i + 1], series.y[i + 1]);
    return !before && !after;
  }

  void draw(const ChartMarker& marker) {
    if (!is_drawn(marker.x, marker.y)) return;
    const double x = x_at(marker.x), y = y_at(marker.y);
    out_ += "<circle class=\"note halo\" cx=\"" + px(x) + "\" cy=\"" + px(y) + "\" r=\"4.5\"/>";
    const double half = svg_text::text_width(marker.label, 11.5) / 2;
    const double centre = std::clamp(x, std::min(left_ + half + 4, right()), right() - half);
    const double above = y - 11;
    out_ += label(centre, above > top_ + 24 ? above : y + 20, marker.label, Anchor::middle,
                  "class=\"note halo\"");
  }

  const LineChart& chart_;
  Axis x_, y_;
  double left_ = kLeastLeft, top_ = 0;
  std::string out_;
};

}  // namespace

std::string svg(const LineChart& chart) { return Plot(chart).text(); }

}  // namespace vit
