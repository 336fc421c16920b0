#include "vit/tasks/segment/sliding_window.h"

#include <algorithm>
#include <cstdint>

#include "vit/core/error.h"

namespace vit {
namespace {

std::vector<std::int64_t> window_starts(std::int64_t length, std::int64_t crop,
                                        std::int64_t stride) {
  if (length < 1 || crop < 1 || stride < 1 || stride > crop)
    throw Error(ErrorKind::usage, "sliding window",
                str("windows of ", crop, " pixels, ", stride, " apart, on ", length, " pixels"),
                "crop and stride must be at least 1, and the stride at most the crop");
  const std::int64_t last = std::max<std::int64_t>(0, length - crop);
  std::vector<std::int64_t> found;
  for (std::int64_t start = 0; start < last; start += stride) found.push_back(start);
  found.push_back(last);
  return found;
}

}  // namespace

std::vector<PixelBox> sliding_windows(const Size2& image, const Size2& crop, const Size2& stride) {
  std::vector<PixelBox> windows;
  const auto lefts = window_starts(image.width, crop.width, stride.width);
  for (const std::int64_t top : window_starts(image.height, crop.height, stride.height))
    for (const std::int64_t left : lefts)
      windows.push_back({static_cast<int>(left), static_cast<int>(top),
                         static_cast<int>(std::min(crop.width, image.width)),
                         static_cast<int>(std::min(crop.height, image.height))});
  return windows;
}

}  // namespace vit
