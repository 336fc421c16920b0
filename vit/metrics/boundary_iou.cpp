#include "vit/metrics/boundary_iou.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "vit/core/error.h"

namespace vit {
namespace {

using MaskBytes = std::vector<std::uint8_t>;

/// Along one axis: a pixel stays where it and `rim` pixels on either side are in the mask.
MaskBytes eroded(const MaskBytes& mask, std::size_t lines, std::size_t length,
                 std::size_t line_step, std::size_t step, std::size_t rim) {
  MaskBytes out(mask.size());
  for (std::size_t line = 0; line < lines; ++line) {
    const std::size_t begin = line * line_step;
    std::size_t run = 0;  // pixels in the mask that end here
    for (std::size_t i = 0; i < length; ++i) {
      run = mask[begin + i * step] != 0 ? run + 1 : 0;
      if (run > 2 * rim) out[begin + (i - rim) * step] = 1;
    }
  }
  return out;
}

/// The mask less its erosion by a square of 2 rim + 1 pixels.
MaskBytes rim_of(std::span<const std::uint8_t> mask, int height, int width, int rim) {
  const auto rows = static_cast<std::size_t>(height), columns = static_cast<std::size_t>(width),
             reach = static_cast<std::size_t>(rim);
  MaskBytes all(mask.size());
  for (std::size_t i = 0; i < mask.size(); ++i) all[i] = mask[i] != 0 ? 1 : 0;
  const MaskBytes inner =
      eroded(eroded(all, rows, columns, columns, 1, reach), columns, rows, 1, columns, reach);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = all[i] != inner[i] ? 1 : 0;
  return all;
}

}  // namespace

int boundary_width(int height, int width) {
  constexpr double kShare = 0.02;
  return std::max(1, static_cast<int>(std::nearbyint(kShare * std::hypot(height, width))));
}

double boundary_iou(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, int height,
                    int width, int rim) {
  VIT_ASSERT(a.size() == b.size() &&
             a.size() == static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  const MaskBytes rim_a = rim_of(a, height, width, rim), rim_b = rim_of(b, height, width, rim);
  double both = 0, either = 0;
  for (std::size_t i = 0; i < rim_a.size(); ++i) {
    both += rim_a[i] & rim_b[i];
    either += rim_a[i] | rim_b[i];
  }
  return either > 0 ? both / either : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace vit
