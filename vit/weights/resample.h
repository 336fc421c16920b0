#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vit/core/fields.h"

namespace vit {

/// The ways in which libraries change the size of a grid of position embeddings. They differ by
/// more than fp32 rounding, so weights must be resampled as the library that they come from does.
enum class Interpolation {
  bicubic_antialias,  ///< timm; DINOv2 with registers
  bicubic,            ///< DeiT, MAE, transformers
  bicubic_offset,     ///< DINO and DINOv2: bicubic with the scale (n + 0.1) / m instead of n / m
  bicubic_corners,    ///< torchvision: corners of the grids coincide
  bilinear,           ///< timm for Google's npz; FlexiViT; Segmenter
  bilinear_corners,   ///< big_vision and vit_jax: scipy.ndimage.zoom(order=1)
};
[[nodiscard]] std::string_view interpolation_name(Interpolation interpolation);
/// All names, for choices.
[[nodiscard]] std::vector<std::string_view> interpolation_names();
/// Throws Error (usage) for a name that there is none of.
[[nodiscard]] Interpolation interpolation_of(std::string_view name);

/// pos_embed [1, prefix + from.height * from.width, D] -> [1, prefix + to.height * to.width, D];
/// the first `prefix` positions stay. Computed in fp32.
[[nodiscard]] torch::Tensor resample_positions(const torch::Tensor& pos_embed, Size2 from, Size2 to,
                                               std::int64_t prefix, Interpolation interpolation);

/// Kernels of patches of another size, [D, C, H, W] -> [D, C, to.height, to.width], so that the
/// tokens of a picture resized likewise stay the same: the pseudo-inverse of the resize (FlexiViT,
/// Beyer et al. 2023, section 3.4).
[[nodiscard]] torch::Tensor resample_patch_embed(const torch::Tensor& weight, Size2 to,
                                                 Interpolation interpolation);

/// The first convolution for another number of channels, as timm does it: one channel gets the sum
/// of all; more or fewer repeat the channels, scaled so that the mean input keeps its size.
/// weight [D, C, H, W] -> [D, channels, H, W], in its own type.
[[nodiscard]] torch::Tensor adapt_channels(const torch::Tensor& weight, std::int64_t channels);

}  // namespace vit
