#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "vit/models/vit.h"

namespace vit {

/// Throws Error (usage) where windows cannot be cut out of this model's tokens: where positions are
/// not learned and added, or patches are dropped in training.
void check_windows_fit(const VisionTransformerImpl& model);

/// What a plain ViT makes of an image whose patches most blocks see in windows only (RF-DETR's
/// DINOv2): behind the positions, the grid of patches is cut into windows x windows parts, each
/// with copies of the class token and registers, and these are images of their own to the blocks;
/// but the blocks whose number, counted from 0, is in `stages` see all windows joined, copies
/// included. Windows are a reshape of the batch, so that the blocks' own kernels compute them.
///
/// x [B, C, H, W] -> for each of the `stages` (ascending numbers of blocks, counted from 1) the
/// output of that block through the model's final norm, [B, D, h, w]. What comes behind the last of
/// them is not computed. Throws Error (usage) where the windows do not tile the patches.
[[nodiscard]] std::vector<torch::Tensor> windowed_features(VisionTransformerImpl& model,
                                                           const torch::Tensor& x,
                                                           const std::vector<std::int64_t>& stages,
                                                           std::int64_t windows);

}  // namespace vit
