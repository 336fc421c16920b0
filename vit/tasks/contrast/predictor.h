#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vit/tasks/texts.h"
#include "vit/train/task.h"

namespace vit {

/// Sentences about classes, by which images are classified without having learned them (zero-shot,
/// Radford et al. 2021, section 3.1).
struct ClassPrompts {
  TextInput input;
  std::vector<std::string> classes;
  std::vector<std::string> templates;  ///< `{}` stands for the class
};

/// What `texts` makes of sentences, at length 1: [T, E] float32 on the CPU.
[[nodiscard]] torch::Tensor text_embeddings(const TextInput& input,
                                            const std::vector<std::string>& sentences,
                                            const Graph& texts);

/// What `texts` makes of classes: the mean over the templates of unit embeddings, at length 1 again
/// and then scaled as `texts` scales (open_clip's zero_shot_classifier): [K, E].
[[nodiscard]] torch::Tensor class_embeddings(const ClassPrompts& prompts, const Graph& texts);

/// Embeds images, and the captions of a batch that has some; compares images with classes.
class ContrastPredictor final : public Predictor {
 public:
  using Embed = std::function<torch::Tensor(const Batch&)>;  // -> [B, E]
  /// `texts` gives embeddings times the logit scale; null: no texts. Without prompts, no classes.
  ContrastPredictor(Embed images, Graph texts, std::optional<ClassPrompts> prompts)
      : images_(std::move(images)), texts_(std::move(texts)), prompts_(std::move(prompts)) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override;

 private:
  Embed images_;
  Graph texts_;
  std::optional<ClassPrompts> prompts_;
  torch::Tensor classes_;  // [K, E], made when the first image comes
};

}  // namespace vit
