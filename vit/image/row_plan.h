#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vit/image/resample_kernels.h"

namespace vit {

/// One output pixel along x.
struct PixelTaps {
  std::size_t at = 0;  ///< byte of the first tap
  std::size_t groups = 0;
};

/// How rows of colour are resampled by groups of taps; GroupWeights is what a vector set makes of a
/// group's weights.
template <class GroupWeights>
struct RowPlan {
  std::vector<PixelTaps> pixels;
  std::vector<GroupWeights> weights;  ///< of all pixels, one after the other
  std::size_t reach = 0;              ///< bytes of a row that are read
};

/// Plans groups of `group` taps each, which read `more` bytes behind their pixels.
/// fill(weights, first, to) makes a group of those from `first` on; behind the last one, zeros.
template <class GroupWeights, class Fill>
RowPlan<GroupWeights> plan_rows(std::span<const Taps> taps, std::size_t group, std::size_t more,
                                const Fill& fill) {
  RowPlan<GroupWeights> plan;
  plan.pixels.reserve(taps.size());
  for (const Taps& tap : taps) {
    const PixelTaps pixel{static_cast<std::size_t>(tap.first) * 3,
                          (tap.weights.size() + group - 1) / group};
    plan.pixels.push_back(pixel);
    for (std::size_t g = 0; g < pixel.groups; ++g)
      fill(tap.weights, g * group, plan.weights.emplace_back());
    plan.reach = std::max(plan.reach, pixel.at + pixel.groups * group * 3 + more);
  }
  return plan;
}

}  // namespace vit
