#include "vit/tasks/detect/predictor.h"

#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/tasks/detect/mask_in_file.h"

namespace vit {

DetectedObjects objects_in_file(const torch::Tensor& found, const Placement& placement,
                                const FoundMasks& masks) {
  constexpr std::int64_t kOfBox = 6;
  const bool with_masks = masks.grid != Size2{};
  const std::int64_t columns = kOfBox + masks.grid.height * masks.grid.width;
  if (found.size(1) != columns)
    throw Error(
        ErrorKind::weights, "detect",
        vit::str("the network gives ", found.size(1), " numbers for an object, not ", columns),
        "is task.masks as it was when the network was made?");
  const torch::Tensor rows = found.to(torch::kCPU, torch::kFloat32).contiguous();
  const auto* row = rows.const_data_ptr<float>();
  DetectedObjects result;
  if (with_masks) result.size = placement.original == Size2{} ? masks.input : placement.original;
  for (std::int64_t i = 0; i < rows.size(0); ++i, row += columns) {
    if (!(row[4] > 0)) continue;
    Box box = placement.to_original({.x0 = row[0], .y0 = row[1], .x1 = row[2], .y1 = row[3]});
    if (!(box.x1 > box.x0 && box.y1 > box.y0)) continue;
    box.label = static_cast<std::int64_t>(row[5]);
    result.objects.push_back({box, static_cast<double>(row[4])});
    if (with_masks)
      result.objects.back().mask = mask_in_file({row + kOfBox, masks.grid, masks.input}, placement);
  }
  return result;
}

std::vector<Prediction> DetectPredictor::predict(const Batch& batch) {
  const torch::NoGradGuard no_grad;
  const auto placement = [&](std::size_t i) {
    return i < batch.placements.size() ? batch.placements[i] : Placement();
  };
  const auto masks = [&](const torch::Tensor& images) {
    FoundMasks found{.grid = {}, .input = {images.size(2), images.size(3)}};
    if (mask_ratio_ > 0)
      found.grid = {found.input.height / mask_ratio_, found.input.width / mask_ratio_};
    return found;
  };
  std::vector<Prediction> predictions;
  if (!batch.ragged.empty()) {
    for (std::size_t i = 0; i < batch.ragged.size(); ++i)
      predictions.emplace_back(
          objects_in_file(graph_(batch.ragged[i])[0], placement(i), masks(batch.ragged[i])));
    return predictions;
  }
  const torch::Tensor found = graph_(batch.images);
  for (std::int64_t i = 0; i < found.size(0); ++i)
    predictions.emplace_back(
        objects_in_file(found[i], placement(static_cast<std::size_t>(i)), masks(batch.images)));
  return predictions;
}

}  // namespace vit
