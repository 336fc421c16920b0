#include "vit/tasks/dino/block_masks.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"

namespace vit {
namespace {

using Mask = std::vector<std::uint8_t>;

/// Adds one rectangle that masks at most `most` further patches; returns how many it masked, 0
/// where none was found in ten tries.
std::int64_t add_rectangle(Mask& mask, Size2 grid, std::int64_t most, Rng& rng) {
  constexpr int kTries = 10;
  constexpr double kLeastPatches = 4, kLeastAspect = 0.3;
  const double log_aspect = std::log(kLeastAspect);
  for (int i = 0; i < kTries; ++i) {
    const double area = rng.uniform(kLeastPatches, static_cast<double>(most)),
                 aspect = std::exp(rng.uniform(log_aspect, -log_aspect));
    const auto h = static_cast<std::int64_t>(std::nearbyint(std::sqrt(area * aspect))),
               w = static_cast<std::int64_t>(std::nearbyint(std::sqrt(area / aspect)));
    if (h >= grid.height || w >= grid.width) continue;
    const std::int64_t top = rng.between(0, grid.height - h), left = rng.between(0, grid.width - w);
    std::int64_t added = 0;
    for (std::int64_t y = top; y < top + h; ++y)
      for (std::int64_t x = left; x < left + w; ++x)
        added += mask[static_cast<std::size_t>(y * grid.width + x)] == 0 ? 1 : 0;
    if (added == 0 || added > most) continue;
    for (std::int64_t y = top; y < top + h; ++y)
      std::fill_n(mask.begin() + y * grid.width + left, w, std::uint8_t{1});
    return added;
  }
  return 0;
}

Mask mask_of(std::int64_t wanted, Size2 grid, Rng& rng) {
  const std::int64_t patches = grid.height * grid.width;
  Mask mask(static_cast<std::size_t>(patches), 0);
  std::int64_t masked = 0;
  while (masked < wanted) {
    const std::int64_t added =
        add_rectangle(mask, grid, std::min(wanted - masked, patches / 2), rng);
    if (added == 0) break;
    masked += added;
  }
  return mask;
}

}  // namespace

void describe(FieldVisitor& visitor, BlockMaskOptions& o) {
  visitor.field(
      {"probability", &o.probability, "part of the global views that are masked", kProbability});
  visitor.field({"ratio", &o.ratio, "least and largest part of their patches", kProbability});
}

torch::Tensor block_masks(const BlockMaskOptions& options, std::int64_t images, Size2 grid,
                          Rng rng) {
  if (options.ratio.size() != 2 || options.ratio[0] > options.ratio[1])
    throw Error(ErrorKind::usage, "task.ibot.ratio", "is no interval", "write it as [0.1, 0.5]");
  const std::int64_t patches = grid.height * grid.width;
  const auto masked = static_cast<std::int64_t>(static_cast<double>(images) * options.probability);
  std::vector<Mask> masks;
  const double step = (options.ratio[1] - options.ratio[0]) /
                      static_cast<double>(std::max<std::int64_t>(1, masked));
  for (std::int64_t i = 0; i < images; ++i) {
    std::int64_t wanted = 0;
    if (i < masked) {
      const double low = options.ratio[0] + static_cast<double>(i) * step;
      wanted =
          static_cast<std::int64_t>(static_cast<double>(patches) * rng.uniform(low, low + step));
    }
    masks.push_back(mask_of(wanted, grid, rng));
  }
  for (std::size_t i = masks.size(); i > 1; --i)
    std::swap(masks[i - 1], masks[static_cast<std::size_t>(rng.below(i))]);
  torch::Tensor all = torch::empty({images, patches}, torch::kBool);
  for (std::size_t i = 0; i < masks.size(); ++i)
    std::copy(masks[i].begin(), masks[i].end(),
              all.data_ptr<bool>() + static_cast<std::int64_t>(i) * patches);
  return all;
}

}  // namespace vit
