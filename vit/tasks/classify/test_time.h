#pragma once

#include <torch/types.h>

#include <cstdint>

/// Test-time augmentation by timm's factor: each picture is seen `factor` times, and the logits are
/// averaged.
namespace vit {

/// `images` [B, C, H, W] as [B * factor, C, H, W], the views of a picture one after the other: as
/// it is, mirrored, then the same two moved by a sixteenth of its side to the left, right, up and
/// down with the border repeated. `factor` is 1 to kMostPredictedViews.
torch::Tensor test_time_views(const torch::Tensor& images, std::int64_t factor);

/// The mean over the views: [B * factor, K] to [B, K].
torch::Tensor mean_over_views(const torch::Tensor& logits, std::int64_t factor);

}  // namespace vit
