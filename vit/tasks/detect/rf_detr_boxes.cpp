#include "vit/tasks/detect/rf_detr_boxes.h"

#include <torch/utils.h>

#include <cmath>
#include <numbers>

namespace vit {

torch::Tensor refined_boxes(const torch::Tensor& reference, const torch::Tensor& deltas) {
  const torch::Tensor sides = reference.narrow(-1, 2, 2), whole = deltas.to(torch::kFloat32);
  return torch::cat({whole.narrow(-1, 0, 2) * sides + reference.narrow(-1, 0, 2),
                     whole.narrow(-1, 2, 2).exp() * sides},
                    -1);
}

CellBoxes cell_boxes(Size2 grid) {
  constexpr double kSide = 0.05, kBorder = 0.01;
  const auto centres = [](std::int64_t length) {
    return (torch::arange(length, torch::kFloat32) + 0.5) / length;
  };
  const torch::Tensor x = centres(grid.width).expand({grid.height, -1});
  const torch::Tensor y = centres(grid.height).unsqueeze(1).expand({-1, grid.width});
  const torch::Tensor boxes =
      torch::stack({x, y, torch::full_like(x, kSide), torch::full_like(y, kSide)}, -1)
          .flatten(0, 1);
  const torch::Tensor invalid =
      (boxes > kBorder).logical_and(boxes < 1 - kBorder).all(-1).logical_not();
  if (!invalid.any().item<bool>()) return {boxes, {}};
  return {boxes.masked_fill(invalid.unsqueeze(-1), 0), invalid};
}

torch::Tensor box_encoding(const torch::Tensor& boxes, std::int64_t dim) {
  constexpr double kTemperature = 10000;
  const torch::Tensor k = torch::arange(dim / 2, torch::kFloat64) * 2 / dim;
  const torch::Tensor frequencies =  // [dim / 2]
      (2 * std::numbers::pi * torch::pow(kTemperature, -k)).to(boxes.options());
  const torch::Tensor ordered =  // y, x, w, h
      torch::cat({boxes.narrow(-1, 1, 1), boxes.narrow(-1, 0, 1), boxes.narrow(-1, 2, 2)}, -1);
  const torch::Tensor angles = ordered.unsqueeze(-1) * frequencies;  // [..., 4, dim / 2]
  return torch::stack({angles.sin(), angles.cos()}, -1).flatten(-3);
}

}  // namespace vit
