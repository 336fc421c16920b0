#include "vit/tasks/detect/mask_in_file.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace vit {
namespace {

/// Where one axis of the grid is read: two cells and the weight of the second.
struct CellPair {
  std::int64_t first = 0, second = 0;
  float weight = 0;
};

/// `at` in cells, with their edges at whole numbers; beyond the middle of the last cell is as
/// there.
CellPair cells_at(double at, std::int64_t cells) {
  const double from = std::clamp(at - 0.5, 0.0, static_cast<double>(cells - 1));
  const auto first = static_cast<std::int64_t>(from);
  return {first, std::min(first + 1, cells - 1), static_cast<float>(from - double(first))};
}

float read(const MaskLogits& logits, const CellPair& x, const CellPair& y) {
  const auto in_row = [&](std::int64_t row) {
    const float* cells = logits.values + row * logits.grid.width;
    return (1 - x.weight) * cells[x.first] + x.weight * cells[x.second];
  };
  return (1 - y.weight) * in_row(y.first) + y.weight * in_row(y.second);
}

/// The part of the input in which anything is above 0; nothing where there is none.
std::optional<Box> part_above_zero(const MaskLogits& logits) {
  const auto [rows, columns] = logits.grid;
  std::int64_t left = columns, top = rows, right = -1, bottom = -1;
  for (std::int64_t y = 0; y < rows; ++y)
    for (std::int64_t x = 0; x < columns; ++x)
      if (logits.values[y * columns + x] > 0) {
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
  if (right < 0) return std::nullopt;
  // A cell is heard up to the middles of its neighbours.
  const auto edge = [](std::int64_t cell, double more, std::int64_t cells, std::int64_t pixels) {
    const double at = std::clamp(static_cast<double>(cell) + more, 0.0, static_cast<double>(cells));
    return static_cast<float>(at * static_cast<double>(pixels) / static_cast<double>(cells));
  };
  return Box{.x0 = edge(left, -0.5, columns, logits.input.width),
             .y0 = edge(top, -0.5, rows, logits.input.height),
             .x1 = edge(right, 1.5, columns, logits.input.width),
             .y1 = edge(bottom, 1.5, rows, logits.input.height)};
}

}  // namespace

RunLengths mask_in_file(const MaskLogits& logits, const Placement& placement) {
  Placement known = placement;
  if (known.original == Size2{}) known.original = logits.input;
  const auto width = static_cast<std::uint32_t>(known.original.width),
             height = static_cast<std::uint32_t>(known.original.height);
  RunCollector runs;
  const std::optional<Box> part = part_above_zero(logits);
  if (!part) {
    runs.add(false, width * height);
    return runs.take();
  }
  const Box there = known.to_original(*part);
  // One pixel more, as corners were rounded.
  const auto from = [](float edge) {
    return static_cast<std::uint32_t>(std::max(std::floor(edge) - 1, 0.0F));
  };
  const auto to = [](float edge, std::uint32_t most) {
    return std::min(static_cast<std::uint32_t>(std::ceil(edge)) + 1, most);
  };
  const std::uint32_t left = from(there.x0), right = to(there.x1, width);
  const std::uint32_t top = from(there.y0), bottom = to(there.y1, height);
  const auto input_width = static_cast<double>(logits.input.width),
             input_height = static_cast<double>(logits.input.height);
  const double columns = static_cast<double>(logits.grid.width) / input_width,
               rows = static_cast<double>(logits.grid.height) / input_height;
  const auto is_inside = [&](std::uint32_t x, std::uint32_t y) {
    const auto [u, v] = known.input_point(x + 0.5, y + 0.5);
    if (!(u >= 0 && v >= 0 && u <= input_width && v <= input_height)) return false;
    return read(logits, cells_at(u * columns, logits.grid.width),
                cells_at(v * rows, logits.grid.height)) > 0;
  };
  runs.add(false, left * height);
  for (std::uint32_t x = left; x < right; ++x) {
    runs.add(false, top);
    for (std::uint32_t y = top; y < bottom; ++y) runs.add(is_inside(x, y));
    runs.add(false, height - bottom);
  }
  runs.add(false, (width - right) * height);
  return runs.take();
}

}  // namespace vit
