#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/train/task.h"

namespace vit {

/// How well classes that nobody has learned are told by sentences about them: `top1` and `top5`.
/// Beside it what the images' embeddings say of the classes once labels are known, each image being
/// guessed from others of the evaluated ones alone: `knn` (20 neighbours vote) and `probe` (a
/// linear classifier, five folds). All in percent.
class ZeroShotEvaluation final : public Evaluation {
 public:
  explicit ZeroShotEvaluation(std::vector<std::string> classes) : classes_(std::move(classes)) {}
  /// Throws Error (usage) where the model has no tokenizer, and so no sentences.
  void add(const Batch& batch, const std::vector<Prediction>& predictions) override;
  void merge(const Evaluation& other) override;
  [[nodiscard]] Metrics metrics() const override;
  [[nodiscard]] std::optional<Headline> headline() const override;
  [[nodiscard]] EvaluationReport report(const Dataset& data) const override;

 private:
  struct Guessed {
    std::int64_t index = 0, label = 0;
    std::vector<float> logits, embedding;
  };
  /// The share of images whose label is among the k largest logits, in percent; of equal ones the
  /// label counts as the last.
  [[nodiscard]] double within(std::size_t k) const;

  std::vector<std::string> classes_;
  std::vector<Guessed> images_;
};

}  // namespace vit
