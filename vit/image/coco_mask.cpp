#include "vit/image/coco_mask.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "vit/core/error.h"

namespace vit {
namespace {

constexpr double kFiner = 5;
constexpr std::int64_t kLongestOutline = 1 << 24;  // on the finer grid: three million pixels

struct FinePoint {
  std::int64_t x = 0, y = 0;  // on the finer grid
};

/// Every point of the finer grid along an edge, one for each step of its longer side.
void draw_edge(FinePoint from, FinePoint to, std::vector<FinePoint>& out) {
  const std::int64_t dx = std::abs(to.x - from.x), dy = std::abs(to.y - from.y);
  const bool along_x = dx >= dy;
  // Always drawn in the same direction, so that both pictures at a shared edge round it alike.
  const bool backwards = along_x ? from.x > to.x : from.y > to.y;
  if (backwards) std::swap(from, to);
  const std::int64_t steps = along_x ? dx : dy;
  const double rise =
      along_x ? static_cast<double>(to.y - from.y) : static_cast<double>(to.x - from.x);
  const double slope = steps == 0 ? 0 : rise / static_cast<double>(steps);
  for (std::int64_t i = 0; i <= steps; ++i) {
    const std::int64_t t = backwards ? steps - i : i;
    const auto across = static_cast<std::int64_t>(
        (along_x ? static_cast<double>(from.y) : static_cast<double>(from.x)) +
        slope * static_cast<double>(t) + 0.5);
    out.push_back(along_x ? FinePoint{from.x + t, across} : FinePoint{across, from.y + t});
  }
}

}  // namespace

RunLengths polygon_runs(const std::vector<double>& xy, int height, int width,
                        const std::string& where) {
  if (xy.size() < 6 || xy.size() % 2 != 0)
    throw Error(ErrorKind::data, where,
                str("a polygon of ", xy.size(), " numbers; expected pairs, three or more"),
                "correct or remove the annotation");
  const auto fine = [&](double value, int limit) {
    // An outline far outside is a mistake, and would cost its length.
    if (!(value >= -limit && value <= 2.0 * limit))
      throw Error(ErrorKind::data, where, str("a polygon's corner at ", value, ", far outside"),
                  "correct or remove the annotation");
    return static_cast<std::int64_t>(kFiner * value + 0.5);
  };
  std::vector<FinePoint> corners;
  for (std::size_t i = 0; i + 1 < xy.size(); i += 2)
    corners.push_back({fine(xy[i], width), fine(xy[i + 1], height)});
  std::int64_t length = 0;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const FinePoint &from = corners[i], &to = corners[(i + 1) % corners.size()];
    length += std::max(std::abs(to.x - from.x), std::abs(to.y - from.y)) + 1;
  }
  if (length > kLongestOutline)
    throw Error(
        ErrorKind::data, where,
        str("an outline of ", length / static_cast<std::int64_t>(kFiner), " pixels is too long"),
        "correct or remove the annotation");
  std::vector<FinePoint> outline;
  outline.reserve(static_cast<std::size_t>(length));
  for (std::size_t i = 0; i < corners.size(); ++i)
    draw_edge(corners[i], corners[(i + 1) % corners.size()], outline);

  // Where the outline crosses the middle of a column, the pixels below change sides.
  std::vector<std::uint64_t> crossings;
  for (std::size_t i = 1; i < outline.size(); ++i) {
    if (outline[i].x == outline[i - 1].x) continue;
    const std::int64_t left =
        std::min(outline[i].x, outline[i].x - (outline[i].x > outline[i - 1].x));
    const double x = (static_cast<double>(left) + 0.5) / kFiner - 0.5;
    if (std::floor(x) != x || x < 0 || x > width - 1) continue;
    const double top = static_cast<double>(std::min(outline[i].y, outline[i - 1].y));
    const double y = std::ceil(std::clamp((top + 0.5) / kFiner - 0.5, 0.0, double(height)));
    crossings.push_back(static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(height) +
                        static_cast<std::uint64_t>(y));
  }
  const std::uint64_t pixels =
      static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width);
  crossings.push_back(pixels);
  std::sort(crossings.begin(), crossings.end());
  RunLengths runs;
  std::uint64_t before = 0;
  for (const std::uint64_t crossing : crossings) {
    runs.push_back(static_cast<std::uint32_t>(crossing - before));
    before = crossing;
  }
  return runs;
}

RunLengths parse_runs(std::string_view text, const std::string& where) {
  const auto fail = [&] {
    throw Error(ErrorKind::data, where, "the run lengths of the mask are malformed",
                "correct or remove the annotation");
  };
  RunLengths runs;
  for (std::size_t at = 0; at < text.size();) {
    std::int64_t value = 0;
    int shift = 0;
    for (bool more = true; more;) {
      if (at >= text.size() || shift > 35) fail();
      const int bits = text[at++] - 48;
      if (bits < 0 || bits > 63) fail();
      value |= static_cast<std::int64_t>(bits & 31) << shift;
      shift += 5;
      more = (bits & 32) != 0;
      if (!more && (bits & 16) != 0) value |= -(std::int64_t{1} << shift);  // a negative number
    }
    if (runs.size() > 2) value += runs[runs.size() - 2];
    if (value < 0 || value > std::numeric_limits<std::uint32_t>::max()) fail();
    runs.push_back(static_cast<std::uint32_t>(value));
  }
  return runs;
}

std::string runs_text(const RunLengths& runs) {
  constexpr int kBits = 5, kFirst = 48;
  std::string text;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    std::int64_t value = runs[i];
    if (i > 2) value -= runs[i - 2];
    for (bool more = true; more;) {
      const auto bits = static_cast<int>(value & 31);
      value >>= kBits;
      more = value != ((bits & 16) != 0 ? -1 : 0);  // what is left is the sign
      text += static_cast<char>((more ? bits | 32 : bits) + kFirst);
    }
  }
  return text;
}

RunLengths mask_runs(const Image& mask) {
  RunCollector runs;
  for (int x = 0; x < mask.width; ++x)
    for (int y = 0; y < mask.height; ++y) runs.add(*mask.pixel(x, y) != 0);
  return runs.take();
}

void paint_runs(Image& mask, const RunLengths& runs, std::uint8_t value, const std::string& where) {
  const std::uint64_t pixels = mask.pixels.size();
  const auto height = static_cast<std::uint64_t>(mask.height);
  const auto width = static_cast<std::uint64_t>(mask.width);
  std::uint64_t at = 0;
  bool inside = false;
  for (const std::uint32_t run : runs) {
    if (run > pixels - at) break;
    if (inside)
      for (std::uint64_t i = at; i < at + run; ++i)
        mask.pixels[static_cast<std::size_t>(i % height * width + i / height)] = value;
    at += run;
    inside = !inside;
  }
  std::uint64_t total = 0;
  for (const std::uint32_t run : runs) total += run;
  if (total != pixels)
    throw Error(ErrorKind::data, where,
                str("the mask's runs cover ", total, " pixels, and the picture has ", pixels),
                "correct or remove the annotation");
}

std::uint64_t runs_area(const RunLengths& runs) {
  std::uint64_t area = 0;
  for (std::size_t i = 1; i < runs.size(); i += 2) area += runs[i];
  return area;
}

namespace {

RunLengths join_two(const RunLengths& a, const RunLengths& b) {
  RunLengths joined{0};
  std::size_t i = 0, j = 0;
  std::uint32_t left_a = a.empty() ? 0 : a[0], left_b = b.empty() ? 0 : b[0];
  bool before = false;
  while (i < a.size() && j < b.size()) {
    const std::uint32_t step = std::min(left_a, left_b);
    const bool inside = i % 2 == 1 || j % 2 == 1;
    if (step > 0 && inside != before) joined.push_back(0);
    if (step > 0) before = inside;
    joined.back() += step;
    left_a -= step;
    left_b -= step;
    if (left_a == 0 && ++i < a.size()) left_a = a[i];
    if (left_b == 0 && ++j < b.size()) left_b = b[j];
  }
  return joined;
}

}  // namespace

RunLengths join_runs(std::vector<RunLengths> masks) {
  if (masks.empty()) return {};
  // In rounds of pairs: one after the other, thousands would be copied thousands of times.
  while (masks.size() > 1) {
    const std::size_t half = (masks.size() + 1) / 2;
    for (std::size_t i = 0; i + half < masks.size(); ++i)
      masks[i] = join_two(masks[i], masks[i + half]);
    masks.resize(half);
  }
  return std::move(masks.front());
}

std::array<double, 4> runs_box(const RunLengths& runs, int height) {
  const auto rows = static_cast<std::uint64_t>(height);
  std::uint64_t at = 0, left = 0, right = 0, top = 0, bottom = 0;
  bool any = false;
  for (std::size_t i = 0; i < runs.size(); at += runs[i++]) {
    if (i % 2 == 0 || runs[i] == 0) continue;
    const std::uint64_t last = at + runs[i] - 1;
    const std::uint64_t x0 = at / rows, x1 = last / rows;
    // What goes on in the next column reaches from edge to edge.
    const std::uint64_t y0 = x0 < x1 ? 0 : at % rows, y1 = x0 < x1 ? rows - 1 : last % rows;
    left = any ? std::min(left, x0) : x0;
    right = std::max(right, x1);
    top = any ? std::min(top, y0) : y0;
    bottom = std::max(bottom, y1);
    any = true;
  }
  if (!any) return {};
  return {static_cast<double>(left), static_cast<double>(top),
          static_cast<double>(right - left + 1), static_cast<double>(bottom - top + 1)};
}

}  // namespace vit
