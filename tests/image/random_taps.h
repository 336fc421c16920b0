#pragma once

#include <algorithm>
#include <vector>

#include "vit/core/rng.h"
#include "vit/image/resample_kernels.h"

namespace vit::test {

/// Taps with random weights, as large as any filter's, of both signs; with `box` all those of a
/// pixel are the same.
struct RandomTaps {
  std::vector<std::vector<std::int32_t>> weights;
  std::vector<Taps> taps;

  RandomTaps(int out, int in, int most, Rng& rng, bool box = false) {
    for (int i = 0; i < out; ++i) {
      const auto count = static_cast<int>(rng.between(1, std::min(most, in)));
      auto& row = weights.emplace_back(static_cast<std::size_t>(count));
      for (auto& weight : row)
        weight = static_cast<std::int32_t>(rng.between(-(1 << 20), 5 << 20) / count);
      if (box) std::fill(row.begin(), row.end(), row.front());
      taps.push_back({static_cast<int>(rng.between(0, in - count)), row});
    }
  }
};

}  // namespace vit::test
