#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

/// Pairs of rows and columns, min(R, C) of them, each used once at most; by ascending row.
struct Assignment {
  std::vector<std::int64_t> rows, cols;
};

/// The pairs whose costs [R, C] have the smallest sum, as scipy.optimize.linear_sum_assignment:
/// by shortest augmenting paths in double (Crouse 2016, "On implementing 2D rectangular assignment
/// algorithms"). Where paths are equally short the lowest index is taken, so that equal costs
/// always give the same pairs. Throws Error (numerical) where a cost is NaN or infinite.
[[nodiscard]] Assignment linear_sum_assignment(const torch::Tensor& cost);

}  // namespace vit
