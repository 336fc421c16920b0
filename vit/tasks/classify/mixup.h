#pragma once

#include <torch/types.h>

#include <cstdint>

#include "vit/augment/mixup_options.h"
#include "vit/core/rng.h"

namespace vit {

/// Mixes `images` [B, C, H, W] with the batch in reverse order, in place, and returns the soft
/// targets [B, num_classes] of `labels` [B] with label smoothing in them. A pure function of its
/// arguments and of what `rng` draws.
torch::Tensor mix_batch(const MixupOptions& options, torch::Tensor& images,
                        const torch::Tensor& labels, std::int64_t num_classes, double smoothing,
                        bool mixing, Rng& rng);

}  // namespace vit
