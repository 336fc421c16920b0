#include "vit/image/coverage.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "vit/core/error.h"

namespace vit {
namespace {

constexpr int kUnit = 256;  // fixed point: parts of a pixel
constexpr int kLines = 8;   // sampling lines in a pixel
constexpr int kLineStep = kUnit / kLines;

struct FixedPoint {
  std::int64_t x = 0, y = 0;
};
using FixedOutlines = std::vector<std::vector<FixedPoint>>;

/// The pixels that the outlines may touch, cut to the picture.
struct Bounds {
  int left, top, right, bottom;
};

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {  // b > 0
  return a / b - (a % b < 0 ? 1 : 0);
}

FixedOutlines to_fixed(const Outlines& outlines) {
  constexpr double kFar = 1 << 20;  // pixels; keeps the products below within 64 bits
  FixedOutlines fixed;
  for (const auto& outline : outlines) {
    auto& points = fixed.emplace_back();
    points.reserve(outline.size());
    for (const Point& point : outline) {
      points.push_back({std::llround(std::clamp(point.x, -kFar, kFar) * kUnit),
                        std::llround(std::clamp(point.y, -kFar, kFar) * kUnit)});
    }
  }
  return fixed;
}

Bounds bounds_of(const FixedOutlines& outlines, int width, int height) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  std::int64_t left = kMost, top = kMost, right = -kMost, bottom = -kMost;
  for (const auto& outline : outlines) {
    for (const FixedPoint& point : outline) {
      left = std::min(left, point.x);
      right = std::max(right, point.x);
      top = std::min(top, point.y);
      bottom = std::max(bottom, point.y);
    }
  }
  if (left > right) return {0, 0, 0, 0};
  const auto pixel = [](std::int64_t at, int limit) {
    return static_cast<int>(std::clamp<std::int64_t>(floor_divide(at, kUnit), 0, limit));
  };
  return {pixel(left, width), pixel(top, height), pixel(right + kUnit - 1, width),
          pixel(bottom + kUnit - 1, height)};
}

/// Where the outlines cross each sampling line, in fixed point, sorted. Line i lies half a step
/// below i steps, so that no line meets a corner on the grid of pixels.
std::vector<std::vector<std::int64_t>> crossings(const FixedOutlines& outlines,
                                                 const Bounds& bounds) {
  const std::int64_t first_line = std::int64_t{bounds.top} * kLines;
  const std::int64_t end_line = std::int64_t{bounds.bottom} * kLines;
  std::vector<std::vector<std::int64_t>> lines(static_cast<std::size_t>(end_line - first_line));
  for (const auto& outline : outlines) {
    for (std::size_t i = 0; i < outline.size(); ++i) {
      FixedPoint low = outline[i], high = outline[(i + 1) % outline.size()];
      if (low.y > high.y) std::swap(low, high);
      // An edge owns the lines y with low.y <= y < high.y, so that a corner counts once.
      const auto line_from = [](std::int64_t y) {
        return floor_divide(y - kLineStep / 2 + kLineStep - 1, kLineStep);
      };
      const std::int64_t end = std::min(line_from(high.y), end_line);
      for (std::int64_t line = std::max(line_from(low.y), first_line); line < end; ++line) {
        const std::int64_t y = line * kLineStep + kLineStep / 2;
        const std::int64_t x = low.x + floor_divide((high.x - low.x) * (y - low.y), high.y - low.y);
        lines[static_cast<std::size_t>(line - first_line)].push_back(x);
      }
    }
  }
  for (auto& line : lines) std::sort(line.begin(), line.end());
  return lines;
}

/// Adds the part of each pixel between two crossings, in 1/kUnit.
void add_span(std::int64_t from, std::int64_t to, const Bounds& bounds, std::vector<int>& sums) {
  from = std::clamp<std::int64_t>(from - std::int64_t{bounds.left} * kUnit, 0,
                                  std::int64_t{bounds.right - bounds.left} * kUnit);
  to = std::clamp<std::int64_t>(to - std::int64_t{bounds.left} * kUnit, 0,
                                std::int64_t{bounds.right - bounds.left} * kUnit);
  while (from < to) {
    const std::int64_t pixel = from / kUnit;
    const std::int64_t end = std::min(to, (pixel + 1) * kUnit);
    sums[static_cast<std::size_t>(pixel)] += static_cast<int>(end - from);
    from = end;
  }
}

}  // namespace

Coverage cover(const Outlines& outlines, int width, int height) {
  const FixedOutlines fixed = to_fixed(outlines);
  const Bounds bounds = bounds_of(fixed, width, height);
  const int columns = bounds.right - bounds.left, rows = bounds.bottom - bounds.top;
  Coverage coverage{bounds.left, bounds.top, Image(columns, rows, 1)};
  const auto lines = crossings(fixed, bounds);
  std::vector<int> sums(static_cast<std::size_t>(columns));
  for (int row = 0; row < rows; ++row) {
    std::fill(sums.begin(), sums.end(), 0);
    for (int i = 0; i < kLines; ++i) {
      const auto& line =
          lines[static_cast<std::size_t>(row) * kLines + static_cast<std::size_t>(i)];
      for (std::size_t k = 0; k + 1 < line.size(); k += 2)
        add_span(line[k], line[k + 1], bounds, sums);
    }
    std::uint8_t* out = coverage.amount.row(row);
    constexpr int kFull = kUnit * kLines;
    for (const int sum : sums) *out++ = static_cast<std::uint8_t>((sum * 255 + kFull / 2) / kFull);
  }
  return coverage;
}

void paint(Image& image, const Coverage& coverage, const Colour& colour) {
  VIT_ASSERT(image.channels >= 1 && image.channels <= 4, image.channels);
  for (int row = 0; row < coverage.amount.height; ++row) {
    const std::uint8_t* amount = coverage.amount.row(row);
    std::uint8_t* pixel = image.pixel(coverage.left, coverage.top + row);
    for (int column = 0; column < coverage.amount.width; ++column, ++amount) {
      for (int c = 0; c < image.channels; ++c, ++pixel) {
        const int over = colour[static_cast<std::size_t>(c)] * *amount,
                  under = *pixel * (255 - *amount);
        *pixel = static_cast<std::uint8_t>((over + under + 127) / 255);
      }
    }
  }
}

}  // namespace vit
