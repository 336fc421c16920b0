#pragma once

#include <string>
#include <vector>

#include "vit/tasks/representation.h"

namespace vit {

/// Predicts the features [B, D] that a graph computes of images.
class EmbeddingPredictor final : public Predictor {
 public:
  explicit EmbeddingPredictor(Graph graph) : graph_(std::move(graph)) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override;

 private:
  Graph graph_;
};

/// What features of images are worth; the first metric is k-NN, or the effective rank where there
/// are no labels.
class EmbeddingEvaluation final : public Evaluation {
 public:
  EmbeddingEvaluation(const RepresentationOptions& options, std::vector<std::string> classes)
      : features_(options, std::move(classes)) {}
  void add(const Batch& batch, const std::vector<Prediction>& predictions) override;
  void merge(const Evaluation& other) override;
  [[nodiscard]] Metrics metrics() const override { return features_.metrics(); }
  [[nodiscard]] std::optional<Headline> headline() const override { return features_.headline(); }
  [[nodiscard]] EvaluationReport report(const Dataset& data) const override;

 private:
  Representation features_;
};

}  // namespace vit
