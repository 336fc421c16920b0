#pragma once

#include "vit/image/placement.h"
#include "vit/image/prediction.h"
#include "vit/train/task.h"

namespace vit {

/// Predicts the objects of an image, in its file's pixels, from what a graph finds in its input:
/// [B, M, 6] of x0, y0, x1, y1 (in the input's pixels), score, class; score 0: none.
class DetectPredictor final : public Predictor {
 public:
  explicit DetectPredictor(Graph graph) : graph_(std::move(graph)) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override;

 private:
  Graph graph_;
};

/// The objects of one image, found [M, 6], moved to its file. What has no area there is left out.
[[nodiscard]] DetectedObjects objects_in_file(const torch::Tensor& found,
                                              const Placement& placement);

}  // namespace vit
