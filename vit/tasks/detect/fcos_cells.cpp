#include "vit/tasks/detect/fcos_cells.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <torch/utils.h>

#include <limits>

#include "vit/core/error.h"

namespace vit {

FCOSCells fcos_cells(Size2 input, const std::vector<Size2>& maps,
                     const std::vector<std::int64_t>& strides, bool centred,
                     const torch::TensorOptions& place) {
  VIT_ASSERT(maps.size() == strides.size(), maps.size(), " maps of ", strides.size(), " strides");
  const torch::TensorOptions float32 = place.dtype(torch::kFloat32);
  std::vector<torch::Tensor> points, sizes;
  FCOSCells cells;
  for (std::size_t level = 0; level < maps.size(); ++level) {
    const auto [height, width] = maps[level];
    const auto along = [&](std::int64_t length, std::int64_t count) {
      const torch::Tensor numbers = torch::arange(count, float32);
      const auto stride = static_cast<double>(strides[level]);
      return centred ? (numbers + 0.5) * stride : numbers * static_cast<double>(length / count);
    };
    const torch::Tensor y = along(input.height, height).unsqueeze(1).expand({height, width}),
                        x = along(input.width, width).unsqueeze(0).expand({height, width});
    points.push_back(at::stack({x, y}, 2).flatten(0, 1));
    sizes.push_back(torch::full({height * width}, static_cast<double>(strides[level]), float32));
    cells.levels.push_back(height * width);
  }
  cells.points = at::cat(points);
  cells.strides = at::cat(sizes);
  return cells;
}

torch::Tensor assign_cells(const FCOSCells& cells, const torch::Tensor& boxes, double radius) {
  const std::int64_t count = cells.points.size(0);
  if (boxes.size(0) == 0)
    return torch::full({count}, -1, cells.points.options().dtype(torch::kInt64));
  const torch::Tensor corners = boxes.to(torch::kFloat32), size = cells.strides.unsqueeze(1);
  const torch::Tensor from = corners.slice(1, 0, 2), to = corners.slice(1, 2, 4);  // [M, 2]
  const torch::Tensor points = cells.points.unsqueeze(1);                          // [N, 1, 2]
  const torch::Tensor off_centre = (points - (from + to) / 2).abs().amax(2);       // [N, M]
  const torch::Tensor sides = at::cat({points - from, to - points}, 2);            // [N, M, 4]
  const torch::Tensor nearest = sides.amin(2), farthest = sides.amax(2);
  torch::Tensor least = cells.strides * 4, most = cells.strides * 8;
  least.slice(0, 0, cells.levels.front()).fill_(0);
  most.slice(0, count - cells.levels.back()).fill_(std::numeric_limits<float>::infinity());
  const torch::Tensor candidates = (off_centre < radius * size)
                                       .logical_and(nearest > 0)
                                       .logical_and(farthest > least.unsqueeze(1))
                                       .logical_and(farthest < most.unsqueeze(1));
  // As torchvision ranks them, in float32: areas that differ by less than 8 pixels are alike.
  const torch::Tensor area = (to - from).prod(1);
  const torch::Tensor rank = candidates.to(torch::kFloat32) * (1e8 - area);  // [N, M]
  auto [best, object] = rank.max(1);
  return object.masked_fill(best < 1e-5, -1);
}

torch::Tensor boxes_of_sides(const torch::Tensor& sides, const FCOSCells& cells) {
  const torch::Tensor pixels = sides.to(torch::kFloat32) * cells.strides.unsqueeze(1);
  return at::cat({cells.points - pixels.narrow(-1, 0, 2), cells.points + pixels.narrow(-1, 2, 2)},
                 -1);
}

torch::Tensor sides_of_boxes(const torch::Tensor& boxes, const FCOSCells& cells) {
  return at::cat({cells.points - boxes.narrow(-1, 0, 2), boxes.narrow(-1, 2, 2) - cells.points},
                 -1) /
         cells.strides.unsqueeze(1);
}

torch::Tensor centerness(const torch::Tensor& sides) {
  const torch::Tensor opposite = sides.unflatten(-1, {2, 2});  // (left, top), (right, bottom)
  return (opposite.amin(-2) / opposite.amax(-2)).prod(-1).sqrt();
}

}  // namespace vit
