#include "vit/nn/window.h"

#include <ATen/ops/pad.h>

#include "vit/core/error.h"

namespace vit {
namespace {

/// How many windows cover a grid, down and across.
Size2 windows_over(Size2 grid, std::int64_t side) {
  return {(grid.height + side - 1) / side, (grid.width + side - 1) / side};
}

}  // namespace

// The batch size stays symbolic (-1): a trace of this must work for every batch.

torch::Tensor to_windows(const torch::Tensor& x, Size2 grid, std::int64_t side) {
  if (x.dim() != 3 || x.size(1) != grid.height * grid.width)
    throw Error(
        ErrorKind::usage, "windows of attention",
        vit::str("expected x [B, ", grid.height, " * ", grid.width, ", D], got ", x.sizes()),
        "windows are for images whose patches are all there");
  const auto [down, across] = windows_over(grid, side);
  const std::int64_t below = down * side - grid.height, right = across * side - grid.width;
  torch::Tensor map = x.unflatten(1, {grid.height, grid.width});  // [B, h, w, D]
  if (below + right > 0) map = at::pad(map, {0, 0, 0, right, 0, below});
  return map.unflatten(2, {across, side})
      .unflatten(1, {down, side})   // [B, down, side, across, side, D]
      .permute({0, 1, 3, 2, 4, 5})  // [B, down, across, side, side, D]
      .flatten(3, 4)
      .flatten(0, 2);
}

torch::Tensor from_windows(const torch::Tensor& windows, Size2 grid, std::int64_t side) {
  const auto [down, across] = windows_over(grid, side);
  return windows.unflatten(1, {side, side})
      .unflatten(0, {-1, down, across})  // [B, down, across, side, side, D]
      .permute({0, 1, 3, 2, 4, 5})       // [B, down, side, across, side, D]
      .flatten(3, 4)
      .flatten(1, 2)
      .slice(1, 0, grid.height)
      .slice(2, 0, grid.width)
      .flatten(1, 2);
}

}  // namespace vit
