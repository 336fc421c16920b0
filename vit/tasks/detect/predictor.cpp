#include "vit/tasks/detect/predictor.h"

#include <torch/utils.h>

namespace vit {

DetectedObjects objects_in_file(const torch::Tensor& found, const Placement& placement) {
  const torch::Tensor rows = found.to(torch::kCPU, torch::kFloat32).contiguous();
  const auto* row = rows.const_data_ptr<float>();
  DetectedObjects result;
  for (std::int64_t i = 0; i < rows.size(0); ++i, row += 6) {
    if (!(row[4] > 0)) continue;
    Box box = placement.to_original({.x0 = row[0], .y0 = row[1], .x1 = row[2], .y1 = row[3]});
    if (!(box.x1 > box.x0 && box.y1 > box.y0)) continue;
    box.label = static_cast<std::int64_t>(row[5]);
    result.objects.push_back({box, static_cast<double>(row[4])});
  }
  return result;
}

std::vector<Prediction> DetectPredictor::predict(const Batch& batch) {
  const torch::NoGradGuard no_grad;
  const auto placement = [&](std::size_t i) {
    return i < batch.placements.size() ? batch.placements[i] : Placement();
  };
  std::vector<Prediction> predictions;
  if (!batch.ragged.empty()) {
    for (std::size_t i = 0; i < batch.ragged.size(); ++i)
      predictions.emplace_back(objects_in_file(graph_(batch.ragged[i])[0], placement(i)));
    return predictions;
  }
  const torch::Tensor found = graph_(batch.images);
  for (std::int64_t i = 0; i < found.size(0); ++i)
    predictions.emplace_back(objects_in_file(found[i], placement(static_cast<std::size_t>(i))));
  return predictions;
}

}  // namespace vit
