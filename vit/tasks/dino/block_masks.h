#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "vit/core/fields.h"
#include "vit/core/rng.h"

namespace vit {

/// How iBOT masks patches in DINOv2.
struct BlockMaskOptions {
  double probability = 0.5;             ///< part of the images that are masked at all
  std::vector<double> ratio{0.1, 0.5};  ///< least and largest part of their patches
};
void describe(FieldVisitor& visitor, BlockMaskOptions& options);

/// The masks [images, N] bool of a batch, 1: masked. The ratio is spread evenly over the images
/// that are masked, which are then shuffled; a mask is made of rectangles of at least four patches
/// (as in BEiT, Bao et al. 2022; DINOv2's masking.py and collate.py).
[[nodiscard]] torch::Tensor block_masks(const BlockMaskOptions& options, std::int64_t images,
                                        Size2 grid, Rng rng);

}  // namespace vit
