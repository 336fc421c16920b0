#pragma once

#include "vit/tasks/texts.h"
#include "vit/train/task.h"

namespace vit {

/// Reads the sentences from the tokens [B, L] that a graph makes of images.
class CaptionPredictor final : public Predictor {
 public:
  CaptionPredictor(Graph graph, TextInput words)
      : graph_(std::move(graph)), words_(std::move(words)) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override;

 private:
  Graph graph_;
  TextInput words_;
};

/// Beam search as the body of a TorchScript method `finish(self, x)` of a module with a method
/// `decode(tokens, memory)`: what vit::generate does, with the likeliest sentence for its result.
[[nodiscard]] std::string generate_script(const TextInput& words, std::int64_t beams);

}  // namespace vit
