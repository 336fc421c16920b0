#pragma once

#include <torch/types.h>

#include "vit/core/fields.h"

namespace vit {

// Boxes are [..., 4]: cx, cy, w, h by the image's size, in float32.

/// The boxes that deltas make of reference boxes (RF-DETR's `bbox_reparam`): the centre moves by
/// parts of the sides, the sides grow by factors exp(delta). No sigmoid: what is 0 changes nothing.
[[nodiscard]] torch::Tensor refined_boxes(const torch::Tensor& reference,
                                          const torch::Tensor& deltas);

/// One small box in each cell of a grid, row by row: what the first stage starts from.
struct CellBoxes {
  torch::Tensor boxes;    ///< [N, 4], the sides 0.05; 0 where the cell is too close to the border
  torch::Tensor invalid;  ///< [N] bool: those cells; undefined where there are none
};
[[nodiscard]] CellBoxes cell_boxes(Size2 grid);

/// Sine and cosine of the four numbers of boxes, in the order y, x, w, h, `dim` features of each at
/// wavelengths from 1 to 10000 (Liu et al. 2022, DAB-DETR): [..., 4] -> [..., 4 dim].
[[nodiscard]] torch::Tensor box_encoding(const torch::Tensor& boxes, std::int64_t dim);

}  // namespace vit
