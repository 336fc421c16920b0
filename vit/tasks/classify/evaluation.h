#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vit/metrics/classification.h"
#include "vit/train/task.h"

namespace vit {

/// Predicts by the logits that a graph computes.
class ClassifyPredictor final : public Predictor {
 public:
  /// `views`: of each image, whose logits are averaged; see test_time_views.
  ClassifyPredictor(Graph graph, std::int64_t views) : graph_(std::move(graph)), views_(views) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override;

 private:
  Graph graph_;
  std::int64_t views_;
};

/// Metrics of a classifier: `top1` and `top5` in percent, `loss` (cross entropy without smoothing),
/// the means over classes of precision, recall and F1, the calibration error, the confusion matrix,
/// and each sample's prediction.
class ClassifyEvaluation final : public Evaluation {
 public:
  explicit ClassifyEvaluation(std::int64_t num_classes)
      : num_classes_(num_classes), confusion_(num_classes) {}
  void add(const Batch& batch, const std::vector<Prediction>& predictions) override;
  void merge(const Evaluation& other) override;
  [[nodiscard]] Metrics metrics() const override;
  [[nodiscard]] std::optional<Headline> headline() const override;
  [[nodiscard]] std::vector<SampleResult> samples() const override;
  [[nodiscard]] EvaluationReport report(const Dataset& data) const override;

  struct Answer {
    std::int64_t index = 0, label = 0;                 ///< position in the data set, true class
    std::vector<std::pair<std::int64_t, double>> top;  ///< class and probability, the five largest
  };
  [[nodiscard]] const ConfusionCounts& confusion() const { return confusion_; }
  [[nodiscard]] const std::vector<Answer>& answers() const { return answers_; }

 private:
  std::int64_t num_classes_;
  std::int64_t samples_ = 0, top1_ = 0, top5_ = 0;
  double loss_sum_ = 0;
  ConfusionCounts confusion_;
  CalibrationError calibration_;
  std::vector<Answer> answers_;
};

/// The logits of predictions, [B, K] float32.
[[nodiscard]] torch::Tensor logits_of(const std::vector<Prediction>& predictions);

}  // namespace vit
