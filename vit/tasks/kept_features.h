#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "vit/augment/options.h"
#include "vit/data/batch.h"

namespace vit {

/// Features of images that come in few versions, computed once for each of them and kept in memory:
/// what a frozen backbone gives of a sample that is at most mirrored or turned by quarters.
class KeptFeatures {
 public:
  using Maps = std::vector<torch::Tensor>;  ///< of each layer, [B, D, h, w]
  /// Those of a batch; `compute` makes them of images [1, C, H, W] that were not seen before, each
  /// by itself, so that they do not depend on which samples shared a batch. Without gradients.
  [[nodiscard]] Maps of(const Batch& batch,
                        const std::function<Maps(const torch::Tensor& images)>& compute);

 private:
  /// The sample, and how its image came from its file.
  using Key = std::pair<std::int64_t, std::array<double, 6>>;
  std::map<Key, Maps> kept_;
};

/// Whether a sample looks the same in every epoch, so that its features do too.
[[nodiscard]] bool always_the_same(const AugmentOptions& augment);

/// Whether augmentation makes eight versions of a sample at most.
[[nodiscard]] bool makes_few_versions(const AugmentOptions& augment);

}  // namespace vit
