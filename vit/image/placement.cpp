#include "vit/image/placement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

namespace vit {
namespace {

using Map = std::array<double, 6>;

std::pair<double, double> moved(const Map& m, double x, double y) {
  return {m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]};
}

/// The map that does `first`, and then `second`.
Map composed(const Map& first, const Map& second) {
  const auto& [a, b, c, d, e, f] = second;
  return {a * first[0] + b * first[3],     a * first[1] + b * first[4],
          a * first[2] + b * first[5] + c, d * first[0] + e * first[3],
          d * first[1] + e * first[4],     d * first[2] + e * first[5] + f};
}

/// The map back; all NaN where there is none.
Map inverse(const Map& m) {
  const auto& [a, b, c, d, e, f] = m;
  const double determinant = a * e - b * d;
  if (determinant == 0 || !std::isfinite(determinant)) {
    Map none{};
    none.fill(std::numeric_limits<double>::quiet_NaN());
    return none;
  }
  return {e / determinant,  -b / determinant, (b * f - c * e) / determinant,
          -d / determinant, a / determinant,  (c * d - a * f) / determinant};
}

/// The upright box around the moved corners.
Box box_around(const Map& map, const Box& box) {
  std::array<double, 4> xs{}, ys{};
  const std::array<std::pair<double, double>, 4> corners{
      {{box.x0, box.y0}, {box.x1, box.y0}, {box.x0, box.y1}, {box.x1, box.y1}}};
  for (std::size_t i = 0; i < corners.size(); ++i)
    std::tie(xs[i], ys[i]) = moved(map, corners[i].first, corners[i].second);
  const auto [left, right] = std::minmax_element(xs.begin(), xs.end());
  const auto [top, bottom] = std::minmax_element(ys.begin(), ys.end());
  Box around = box;
  around.x0 = static_cast<float>(*left);
  around.y0 = static_cast<float>(*top);
  around.x1 = static_cast<float>(*right);
  around.y1 = static_cast<float>(*bottom);
  return around;
}

}  // namespace

std::pair<double, double> Placement::input_point(double x, double y) const {
  return moved(to_input, x, y);
}

std::pair<double, double> Placement::original_point(double x, double y) const {
  return moved(inverse(to_input), x, y);
}

Box Placement::to_input_box(const Box& box) const { return box_around(to_input, box); }

Box Placement::to_original(const Box& box) const {
  Box result = box_around(inverse(to_input), box);
  if (!(std::isfinite(result.x0 + result.x1) && std::isfinite(result.y0 + result.y1)))
    return {0, 0, 0, 0, box.label, box.difficult, box.crowd};
  if (original == Size2{}) return result;
  const auto width = static_cast<float>(original.width),
             height = static_cast<float>(original.height);
  result.x0 = std::clamp(result.x0, 0.0F, width);
  result.x1 = std::clamp(result.x1, 0.0F, width);
  result.y0 = std::clamp(result.y0, 0.0F, height);
  result.y1 = std::clamp(result.y1, 0.0F, height);
  return result;
}

void Placement::crop(double left, double top) {
  to_input = composed(to_input, {1, 0, -left, 0, 1, -top});
}

void Placement::resize(const SourceBox& from, double width, double height) {
  const double left = from.left, top = from.top;
  const double x_scale = width / (from.right - left), y_scale = height / (from.bottom - top);
  to_input = composed(to_input, {x_scale, 0, -left * x_scale, 0, y_scale, -top * y_scale});
}

void Placement::hflip(double width) { to_input = composed(to_input, {-1, 0, width, 0, 1, 0}); }

void Placement::vflip(double height) { to_input = composed(to_input, {1, 0, 0, 0, -1, height}); }

void Placement::orient(int exif_orientation, double width, double height) {
  // As vit::orient does: first the transpose, then the flips.
  if (exif_orientation >= 5 && exif_orientation <= 8) {
    to_input = composed(to_input, {0, 1, 0, 1, 0, 0});
    std::swap(width, height);
  }
  switch (exif_orientation) {
    case 2:
    case 6: return hflip(width);
    case 3:
    case 7: hflip(width); return vflip(height);
    case 4:
    case 8: return vflip(height);
    default: return;
  }
}

void Placement::transform(const AffineMatrix& from) {
  to_input = composed(to_input, inverse(from));
}

}  // namespace vit
