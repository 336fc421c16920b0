#pragma once

#include "vit/image/input_spec.h"
#include "vit/tasks/segment/options.h"
#include "vit/train/task.h"

namespace vit {

/// Predicts the class of each pixel of an image's file from the logits [B, K, H, W] that a graph
/// computes: at once, or in sliding windows whose logits are averaged; of the image mirrored and in
/// several sizes too, whose probabilities are averaged then (Segmenter's and mmseg's rule). The
/// result is resized to the file's own size before the largest is taken.
class SegmentPredictor final : public Predictor {
 public:
  SegmentPredictor(Graph graph, const InputSpec& input, const SegmentInference& inference)
      : graph_(std::move(graph)), window_(input.img_size), inference_(inference) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override;

 private:
  /// [1, K, H, W]: logits, or probabilities where several are averaged.
  [[nodiscard]] torch::Tensor scores(const torch::Tensor& image) const;
  [[nodiscard]] torch::Tensor slide(const torch::Tensor& image) const;

  Graph graph_;
  Size2 window_;
  SegmentInference inference_;
};

/// The class of each pixel of the file that an input came from: scores [1, K, h, w] of the input,
/// resampled bilinearly, and the largest of them. Without a placement, of the input's own pixels.
[[nodiscard]] Image classes_in_file(const torch::Tensor& scores, const Placement& placement);

}  // namespace vit
