#pragma once

#include <torch/types.h>

#include "vit/core/fields.h"

/// Square windows of tokens, for attention within them (ViTDet, Li et al. 2022, section 3).
namespace vit {

/// Tokens [B, h w, D] of a grid, row by row -> [B n, side^2, D], the n windows of each image row by
/// row. Where the grid is no multiple of `side`, tokens of zeros are added below and on the right.
/// Throws Error (usage) where x has other tokens than the grid.
[[nodiscard]] torch::Tensor to_windows(const torch::Tensor& x, Size2 grid, std::int64_t side);

/// The way back, without the added tokens: [B n, side^2, D] -> [B, h w, D].
[[nodiscard]] torch::Tensor from_windows(const torch::Tensor& windows, Size2 grid,
                                         std::int64_t side);

}  // namespace vit
