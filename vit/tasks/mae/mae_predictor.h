#pragma once

#include "vit/image/input_spec.h"
#include "vit/train/task.h"

namespace vit {

/// Reads what MaeNetwork::describe_images tells of images.
class MaePredictor final : public Predictor {
 public:
  MaePredictor(Graph graph, const InputSpec& input) : graph_(std::move(graph)), input_(input) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override;

 private:
  Graph graph_;
  InputSpec input_;
};

}  // namespace vit
