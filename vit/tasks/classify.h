#pragma once

#include <memory>
#include <vector>

#include "vit/core/fields.h"
#include "vit/metrics/classification.h"
#include "vit/models/image_model.h"
#include "vit/tasks/task.h"

namespace vit {

struct ClassifyOptions {
  double smoothing = 0.1;
};
void describe(FieldVisitor& visitor, ClassifyOptions& options);

/// Figures of a classifier: `top1` and `top5` in percent, `loss` (cross entropy without smoothing),
/// the confusion matrix, and each sample's prediction.
class ClassifyEvaluation final : public Evaluation {
 public:
  explicit ClassifyEvaluation(ImageModel& model);
  void add(const Batch& batch) override;
  [[nodiscard]] Metrics metrics() const override;

  struct Prediction {
    std::int64_t index = 0, label = 0;                 ///< position in the data set, true class
    std::vector<std::pair<std::int64_t, double>> top;  ///< class and probability, the five largest
  };
  [[nodiscard]] const ConfusionCounts& confusion() const { return confusion_; }
  [[nodiscard]] const std::vector<Prediction>& predictions() const { return predictions_; }

 private:
  ImageModel& model_;
  std::int64_t samples_ = 0, top1_ = 0, top5_ = 0;
  double loss_sum_ = 0;
  ConfusionCounts confusion_;
  std::vector<Prediction> predictions_;
};

/// Image classification by cross entropy.
class ClassifyTask final : public Task {
 public:
  ClassifyTask(ImageModel& model, const ClassifyOptions& options)
      : model_(model), options_(options) {}
  TaskStep step(const Batch& batch) override;
  std::unique_ptr<Evaluation> evaluate() override {
    return std::make_unique<ClassifyEvaluation>(model_);
  }

 private:
  ImageModel& model_;
  ClassifyOptions options_;
};

}  // namespace vit
