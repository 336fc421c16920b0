#include "vit/data/shapes_outline.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "vit/core/error.h"

namespace vit {
namespace {

constexpr int kArc = 96;  // corners of a full circle; at 300 pixels still within 0.1 of a round one

using Outline = std::vector<Point>;

Outline circle(double radius, double center_x = 0) {
  Outline points;
  for (int i = 0; i < kArc; ++i) {
    const Point at = direction(static_cast<double>(i) / kArc);
    points.push_back({center_x + radius * at.x, radius * at.y});
  }
  return points;
}

/// Corners at equal angles whose distances from the centre alternate.
Outline regular(int corners, double outer, double inner, double first_turn) {
  Outline points;
  for (int i = 0; i < corners; ++i) {
    const Point at = direction(first_turn + static_cast<double>(i) / corners);
    const double radius = i % 2 == 0 ? outer : inner;
    points.push_back({radius * at.x, radius * at.y});
  }
  return points;
}

Outline cross() {
  constexpr double w = 0.3;  // half the width of an arm
  return {{-w, -1}, {w, -1}, {w, -w}, {1, -w}, {1, w},   {w, w},
          {w, 1},   {-w, 1}, {-w, w}, {-1, w}, {-1, -w}, {-w, -w}};
}

Outline heart() {
  Outline points;
  for (int i = 0; i < kArc; ++i) {
    const double t = static_cast<double>(i) / kArc;
    const double sine = direction(t).y;
    points.push_back({sine * sine * sine, (-13 * direction(t).x + 5 * direction(2 * t).x +
                                           2 * direction(3 * t).x + direction(4 * t).x) /
                                              16});
  }
  return points;
}

/// A disc without a smaller one that is moved to the right.
Outline crescent() {
  constexpr double kShift = 0.55, kRadius = 0.85;
  constexpr double kMeet = (1 - kRadius * kRadius + kShift * kShift) / (2 * kShift);
  const double meet_y = std::sqrt(1 - kMeet * kMeet);
  // Both circles start at the right, so what is left of their meeting points is one run of each.
  Outline points{{kMeet, meet_y}};
  for (const Point& point : circle(1)) {
    if (point.x < kMeet) points.push_back(point);
  }
  points.push_back({kMeet, -meet_y});
  const Outline bite = circle(kRadius, kShift);
  for (std::size_t i = bite.size(); i-- > 0;) {
    if (bite[i].x < kMeet) points.push_back(bite[i]);
  }
  return points;
}

Outline arrow() {
  return {{-1, -0.2}, {0.05, -0.2}, {0.05, -0.72}, {1, 0}, {0.05, 0.72}, {0.05, 0.2}, {-1, 0.2}};
}

Outline hourglass() {
  return {{-0.75, -1}, {0.75, -1}, {0.12, 0}, {0.75, 1}, {-0.75, 1}, {-0.12, 0}};
}

std::array<Outlines, kShapeNames.size()> all_shapes() {
  constexpr double kUp = -0.25;  // turns; y points down
  return {Outlines{circle(1)},
          Outlines{regular(4, 1, 1, 0.125)},
          Outlines{regular(3, 1, 1, kUp)},
          Outlines{regular(10, 1, 0.42, kUp)},
          Outlines{cross()},
          Outlines{circle(1), circle(0.55)},
          Outlines{heart()},
          Outlines{crescent()},
          Outlines{arrow()},
          Outlines{hourglass()}};
}

}  // namespace

const Outlines& unit_shape(std::size_t kind) {
  static const auto shapes = all_shapes();
  VIT_ASSERT(kind < shapes.size(), kind);
  return shapes[kind];
}

Point direction(double turns) {
  const double quarters = 4 * (turns - std::floor(turns));
  const double quadrant = std::floor(quarters);
  const double x = (quarters - quadrant) * (std::numbers::pi / 2);
  double sine = 0, cosine = 0, term = 1;  // term: x^n / n!
  for (int n = 0; n < 20; n += 2) {
    const double sign = n % 4 == 0 ? 1 : -1;
    cosine += sign * term;
    term *= x / (n + 1);
    sine += sign * term;
    term *= x / (n + 2);
  }
  switch (static_cast<int>(quadrant)) {
    case 1: return {-sine, cosine};
    case 2: return {-cosine, -sine};
    case 3: return {sine, -cosine};
    default: return {cosine, sine};
  }
}

Outlines place_shape(const Outlines& outlines, double turns, double extent, Point place,
                     double size) {
  const Point axis = direction(turns);
  Outlines placed = outlines;
  Point low{1e9, 1e9}, high{-1e9, -1e9};
  for (Outline& outline : placed) {
    for (Point& point : outline) {
      point = {point.x * axis.x - point.y * axis.y, point.x * axis.y + point.y * axis.x};
      low = {std::min(low.x, point.x), std::min(low.y, point.y)};
      high = {std::max(high.x, point.x), std::max(high.y, point.y)};
    }
  }
  const double scale = extent / std::max(high.x - low.x, high.y - low.y);
  const Point corner{place.x * (size - scale * (high.x - low.x)),
                     place.y * (size - scale * (high.y - low.y))};
  for (Outline& outline : placed) {
    for (Point& point : outline) {
      point = {corner.x + (point.x - low.x) * scale, corner.y + (point.y - low.y) * scale};
    }
  }
  return placed;
}

}  // namespace vit
