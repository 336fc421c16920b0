#pragma once

#include <vector>

#include "vit/image/input_spec.h"
#include "vit/tasks/representation.h"

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

/// Metrics of a masked autoencoder: `loss`, the reconstruction's of the evaluated images under one
/// mask, which decides, and what the features of the whole images are worth.
class MaeEvaluation final : public Evaluation {
 public:
  MaeEvaluation(const RepresentationOptions& options, std::vector<std::string> classes)
      : features_(options, std::move(classes)) {}
  void add(const Batch& batch, const std::vector<Prediction>& predictions) override;
  void merge(const Evaluation& other) override;
  [[nodiscard]] Metrics metrics() const override;
  [[nodiscard]] std::optional<Headline> headline() const override { return features_.headline(); }
  [[nodiscard]] EvaluationReport report(const Dataset& data) const override;

 private:
  struct Shown {
    std::int64_t index = 0;
    Reconstruction found;
  };
  Representation features_;
  double sum_ = 0;
  std::int64_t count_ = 0;
  std::vector<Shown> shown_;  // the first images
};

}  // namespace vit
