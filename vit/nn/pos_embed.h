#pragma once

#include <torch/types.h>

#include "vit/core/fields.h"

namespace vit {

/// Fixed 2-D sine-cosine encoding of a grid of patches, as in MAE (He et al. 2022; Vaswani et al.
/// 2017, section 3.5): of the D channels a quarter each holds sin and cos of the column, then of
/// the row, at frequencies 10000^(-k / (D/4)). Computed in float64. Returns [1, prefix_tokens +
/// grid.height * grid.width, embed_dim] float32, zero for the prefix tokens. Throws Error (usage)
/// where embed_dim is not a multiple of 4.
torch::Tensor sincos2d_pos_embed(std::int64_t embed_dim, Size2 grid, std::int64_t prefix_tokens);

/// The same as big_vision computes it (Beyer et al. 2022, "Better plain ViT baselines"): the last
/// frequency is 1/10000, 10000^(-k / (D/4 - 1)). embed_dim is a multiple of 4 and at least 8.
torch::Tensor big_vision_sincos2d_pos_embed(std::int64_t embed_dim, Size2 grid,
                                            std::int64_t prefix_tokens);

/// A learned encoding [1, prefix + N, D] for another grid, as timm's dynamic_img_size does it:
/// bicubic, antialiased, in float32. Prefix tokens stay as they are.
torch::Tensor resample_pos_embed(const torch::Tensor& pos_embed, Size2 from, Size2 to,
                                 std::int64_t prefix_tokens);

/// Fixed sine-cosine encoding of a token's place in the sequence (Vaswani et al. 2017, section
/// 3.5): channels 2k and 2k + 1 hold sin and cos of p / 10000^(2k / D). Computed in float64.
/// Returns [1, length, embed_dim] float32.
[[nodiscard]] torch::Tensor sincos1d_pos_embed(std::int64_t embed_dim, std::int64_t length);

}  // namespace vit
