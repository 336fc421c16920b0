#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "vit/tasks/task_config.h"

namespace vit {

/// Multi-crop for images of this model where the user has not said how: two global views of the
/// model's size that cover at least 0.4 of an image, and `local` ones of half of it (in whole
/// patches), 0.05 to 0.4.
void enable_views(AugmentOptions& augment, const ModelSpec& model, std::int64_t local);

/// Throws Error (usage) unless there are at least two views, none larger than the model's images,
/// all of whole patches, and batches of more than one image.
void require_views(const TrainingContext& training, Size2 img_size, const ImageModel& model);

/// What `compute` [B, C, h, w] -> [B, D] makes of each view, views of one size at once: [V, B, D].
/// Throws Error (data) for a batch of one image, which has no other to be told from.
[[nodiscard]] torch::Tensor of_views(
    const std::vector<torch::Tensor>& views,
    const std::function<torch::Tensor(const torch::Tensor& images)>& compute);

/// A batch of random views, as multi-crop would make them.
[[nodiscard]] Batch random_views(const MultiCropOptions& options, std::int64_t in_chans,
                                 std::int64_t size, std::uint64_t seed);

}  // namespace vit
