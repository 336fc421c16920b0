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

}  // namespace vit
