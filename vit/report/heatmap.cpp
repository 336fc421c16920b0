#include "vit/report/heatmap.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "vit/core/error.h"
#include "vit/report/humanize.h"
#include "vit/report/markup.h"
#include "vit/report/number.h"
#include "vit/report/svg.h"
#include "vit/report/text.h"

namespace vit {
namespace {

using svg_text::Anchor;
using svg_text::label;
using svg_text::px;

/// Opacity by share: the square root lets a mistake of one percent be seen.
double opacity(double share) { return std::sqrt(share); }

std::string rectangle(const std::string& name, double x, double y, double width, double height,
                      double share) {
  return "<rect class=\"" + name + "\" x=\"" + px(x) + "\" y=\"" + px(y) + "\" width=\"" +
         px(width) + "\" height=\"" + px(height) + "\" fill-opacity=\"" + fixed(opacity(share), 3) +
         "\"";
}

constexpr double kLeastFont = 11;

struct Layout {
  double cell, font, left, top, side;
  std::size_t stride;  ///< every so many classes are named: smaller names could not be read
};

Layout layout(const std::vector<std::string>& names) {
  const auto n = static_cast<double>(names.size());
  Layout l{};
  l.cell = std::clamp(std::floor(900 / n), 4.0, n <= 4 ? 72.0 : 52.0);
  l.font = std::clamp(l.cell * 0.9, kLeastFont, 12.0);
  l.stride = static_cast<std::size_t>(std::ceil(kLeastFont / l.cell));
  double widest = 0;
  for (const std::string& name : names)
    widest = std::max(widest, svg_text::text_width(name, l.font));
  l.left = 34 + widest;
  l.top = 34 + widest;
  l.side = l.cell * n;
  return l;
}

std::string column_label(double x, double y, const std::string& name, const std::string& font) {
  return label(x, y, name, Anchor::start,
               font + " transform=\"rotate(-90 " + px(x) + " " + px(y) + ")\"");
}

/// The scales of both colours, as shares of a row.
std::string key(double x, double y) {
  constexpr int kSteps = 40;
  constexpr double kWidth = 5;
  std::string out;
  for (int row = 0; row < 2; ++row) {
    const double top = y + row * 14;
    for (int i = 0; i < kSteps; ++i) {
      const double along = (i + 0.5) / kSteps;
      out +=
          rectangle(row == 0 ? "right" : "wrong", x + i * kWidth, top, kWidth, 10, along * along) +
          "/>";
    }
    out +=
        label(x + kSteps * kWidth + 8, top + 9, row == 0 ? "correct" : "mistaken", Anchor::start);
  }
  for (const double share : {0.0, 0.01, 0.05, 0.2, 0.5, 1.0})
    out += label(x + std::sqrt(share) * kSteps * kWidth, y + 40, fixed(100 * share, 0),
                 Anchor::middle);
  return out + label(x + kSteps * kWidth + 14, y + 40, "% of the true class", Anchor::start) + "\n";
}

}  // namespace

std::int64_t ConfusionMatrix::row_total(std::size_t row) const {
  return std::accumulate(counts[row].begin(), counts[row].end(), std::int64_t{0});
}

std::int64_t ConfusionMatrix::total() const {
  std::int64_t sum = 0;
  for (std::size_t row = 0; row < counts.size(); ++row) sum += row_total(row);
  return sum;
}

std::vector<Confusion> most_confused(const ConfusionMatrix& matrix, std::size_t limit) {
  std::vector<Confusion> pairs;
  for (std::size_t row = 0; row < matrix.counts.size(); ++row) {
    const auto total = static_cast<double>(matrix.row_total(row));
    for (std::size_t column = 0; column < matrix.counts[row].size(); ++column) {
      const std::int64_t count = matrix.counts[row][column];
      if (row != column && count > 0)
        pairs.push_back({row, column, count, static_cast<double>(count) / total});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  if (pairs.size() > limit) pairs.resize(limit);
  return pairs;
}

std::string svg(const ConfusionMatrix& matrix) {
  const std::size_t n = matrix.classes.size();
  VIT_ASSERT(matrix.counts.size() == n, matrix.counts.size(), " rows for ", n, " classes");
  std::vector<std::string> names;
  for (const std::string& name : matrix.classes) names.push_back(shorten_middle(visible(name), 24));
  const Layout l = layout(names);
  const double width = std::max(l.left + l.side + 12, l.left + 360);
  std::string out = svg_text::open(width, l.top + l.side + 62, "Confusion matrix");
  const std::string font = "font-size=\"" + px(l.font) + "\"";

  out += label(l.left + l.side / 2, 14, "predicted class", Anchor::middle, "class=\"note\"");
  const double centre = l.top + l.side / 2;
  out += label(14, centre, "true class", Anchor::middle,
               "class=\"note\" transform=\"rotate(-90 14 " + px(centre) + ")\"");
  for (std::size_t i = 0; i < n; ++i) {
    if (i % l.stride != 0) continue;
    const double at = (static_cast<double>(i) + 0.5) * l.cell + l.font * 0.35;
    out += label(l.left - 6, l.top + at, names[i], Anchor::end, font);
    out += column_label(l.left + at, l.top - 6, names[i], font);
  }
  for (std::size_t row = 0; row < n; ++row) {
    VIT_ASSERT(matrix.counts[row].size() == n, "row ", row, " has ", matrix.counts[row].size());
    const auto total = static_cast<double>(matrix.row_total(row));
    for (std::size_t column = 0; column < n; ++column) {
      const std::int64_t count = matrix.counts[row][column];
      if (count <= 0) continue;
      const double share = static_cast<double>(count) / total;
      const double x = l.left + static_cast<double>(column) * l.cell;
      const double y = l.top + static_cast<double>(row) * l.cell;
      const double gap = l.cell >= 12 ? 1 : 0;
      out += rectangle(row == column ? "right" : "wrong", x + gap / 2, y + gap / 2, l.cell - gap,
                       l.cell - gap, share) +
             "><title>" + html_text(names[row]) + " → " + html_text(names[column]) + ": " +
             grouped(count) + " (" + percent(100 * share, 1) + ")</title></rect>";
      const std::string digits =
          l.cell >= 40 ? std::to_string(count) : human_count(static_cast<double>(count));
      const double size = std::clamp(l.cell * 0.36, kLeastFont, 13.0);
      if (l.cell >= 24 && svg_text::text_width(digits, size) < l.cell)
        out += label(x + l.cell / 2, y + l.cell / 2 + size * 0.36, digits, Anchor::middle,
                     std::string("pointer-events=\"none\" font-size=\"") + px(size) +
                         "\" class=\"" + (opacity(share) > 0.6 ? "high" : "low") + "\"");
    }
  }
  out += "<path class=\"frame\" d=\"M" + px(l.left) + " " + px(l.top) + "h" + px(l.side) + "v" +
         px(l.side) + "h" + px(-l.side) + "z\"/>\n";
  return out + key(l.left, l.top + l.side + 16) + "</svg>";
}

}  // namespace vit
