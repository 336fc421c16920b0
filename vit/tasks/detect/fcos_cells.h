#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "vit/core/fields.h"

namespace vit {

/// The cells of all maps, the finest map first and in reading order: N of them.
struct FCOSCells {
  torch::Tensor points;              ///< [N, 2] float32, x and y in pixels: what a cell looks from
  torch::Tensor strides;             ///< [N] float32: the size of each one's cell, in pixels
  std::vector<std::int64_t> levels;  ///< how many of them each map has
};

/// The cells of maps of these sizes over an input. `centred`: points are the middles of cells;
/// otherwise their upper left corners at whole strides, as torchvision has it.
[[nodiscard]] FCOSCells fcos_cells(Size2 input, const std::vector<Size2>& maps,
                                   const std::vector<std::int64_t>& strides, bool centred,
                                   const torch::TensorOptions& place);

/// Which object (of boxes [M, 4]) each cell answers for, or -1: [N] int64. Its point lies in the
/// box and less than `radius` strides from the box's centre, and the farthest side is between 4 and
/// 8 strides away (of the finest map from 0, of the coarsest to infinity); of several the one with
/// the smallest area, else the first (Tian et al. 2020, section 3.2, with centre sampling).
[[nodiscard]] torch::Tensor assign_cells(const FCOSCells& cells, const torch::Tensor& boxes,
                                         double radius);

/// Boxes [..., N, 4] from distances to the sides in strides [..., N, 4].
[[nodiscard]] torch::Tensor boxes_of_sides(const torch::Tensor& sides, const FCOSCells& cells);
/// The other way.
[[nodiscard]] torch::Tensor sides_of_boxes(const torch::Tensor& boxes, const FCOSCells& cells);
/// How much a cell lies in its box's middle: 1 there, 0 at a side (equation 3); sides [N, 4].
[[nodiscard]] torch::Tensor centerness(const torch::Tensor& sides);

}  // namespace vit
