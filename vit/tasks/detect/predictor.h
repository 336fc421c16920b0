#pragma once

#include <cstdint>

#include "vit/image/placement.h"
#include "vit/image/prediction.h"
#include "vit/train/task.h"

namespace vit {

/// Predicts the objects of an image, in its file's pixels, from what a graph finds in its input:
/// [B, M, 6] of x0, y0, x1, y1 (in the input's pixels), score, class; score 0: none. Where masks
/// are found, [B, M, 6 + h w]: behind that the logits of each mask, whose cells take `mask_ratio`
/// of the input's pixels a side.
class DetectPredictor final : public Predictor {
 public:
  /// `mask_ratio` 0: no masks are found.
  explicit DetectPredictor(Graph graph, std::int64_t mask_ratio = 0)
      : graph_(std::move(graph)), mask_ratio_(mask_ratio) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override;

 private:
  Graph graph_;
  std::int64_t mask_ratio_;
};

/// Where masks lie in what a graph finds.
struct FoundMasks {
  Size2 grid{};   ///< cells of a mask; 0 x 0: there are no masks
  Size2 input{};  ///< pixels
};

/// The objects of one image, found [M, 6 or more], moved to its file. What has no area there is
/// left out.
[[nodiscard]] DetectedObjects objects_in_file(const torch::Tensor& found,
                                              const Placement& placement,
                                              const FoundMasks& masks = {});

}  // namespace vit
