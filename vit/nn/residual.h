#pragma once

#include <torch/types.h>

#include "vit/kernels/residual.h"

namespace vit {

using kernels::ResidualBranch;

/// What a block adds to its input: `value` [B, ..., D] times `gamma` (LayerScale's, [D]; undefined:
/// 1), a whole sample's being dropped with probability `drop_path` in training. Needs a RandomScope
/// where there is anything to drop.
[[nodiscard]] ResidualBranch residual_branch(const torch::Tensor& value, const torch::Tensor& gamma,
                                             double drop_path, bool training);

/// The branch with its factors multiplied in, by LibTorch's operators.
[[nodiscard]] torch::Tensor scaled(const ResidualBranch& branch);

/// x + branch, in one pass over memory where there is a kernel for it.
[[nodiscard]] torch::Tensor add(const torch::Tensor& x, const ResidualBranch& branch);

}  // namespace vit
