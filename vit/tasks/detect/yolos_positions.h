#pragma once

#include <torch/types.h>

#include "vit/core/fields.h"

namespace vit {

/// Positions of YOLOS for another grid of patches: [L, …, prefix + from + behind, D], where the
/// middle dimensions are 1, to the same with `to.height * to.width` patches; bicubic and not
/// antialiased, as transformers does it (the authors' code keeps them where the *number* of patches
/// is the same, so that upright images get the grid of wide ones). Those of tokens before and
/// behind the patches stay. Returns `positions` itself where both grids are the same.
[[nodiscard]] torch::Tensor positions_for(const torch::Tensor& positions, std::int64_t prefix,
                                          std::int64_t behind, Size2 from, Size2 to);

}  // namespace vit
