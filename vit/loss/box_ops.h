#pragma once

#include <torch/types.h>

namespace vit {

// Boxes are [..., 4]: x0, y0, x1, y1, in any unit. One whose right edge is not right of its left
// one, or whose lower edge is not below its upper one, has no area. Half precision is computed in
// float32; every function has gradients, and NaN comes out only where NaN goes in.

/// Centre x, centre y, width, height -> corners.
[[nodiscard]] torch::Tensor corners_of(const torch::Tensor& centred);
/// Corners -> centre x, centre y, width, height.
[[nodiscard]] torch::Tensor centred_of(const torch::Tensor& corners);

/// Width times height [...]; 0 where a box has none.
[[nodiscard]] torch::Tensor box_area(const torch::Tensor& boxes);

/// Intersection over union of each box of `a` with the box of `b` in its place (as broadcasting
/// pairs them) [...]. 0 where neither has an area.
[[nodiscard]] torch::Tensor box_iou(const torch::Tensor& a, const torch::Tensor& b);

/// Generalised IoU (Rezatofighi et al. 2019, algorithm 1): IoU minus the part of the smallest
/// enclosing box that neither covers; in -1..1, paired as in box_iou. Of boxes without area it is
/// that part alone, so that it still says how far they are apart, and 0 where the enclosing box has
/// no area either.
[[nodiscard]] torch::Tensor box_giou(const torch::Tensor& a, const torch::Tensor& b);

/// The same of every box of a [N, 4] with every one of b [M, 4]: [N, M].
[[nodiscard]] torch::Tensor pairwise_box_iou(const torch::Tensor& a, const torch::Tensor& b);
[[nodiscard]] torch::Tensor pairwise_box_giou(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace vit
