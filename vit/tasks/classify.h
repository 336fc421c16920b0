#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/metrics/classification.h"
#include "vit/models/image_model.h"
#include "vit/tasks/distill.h"
#include "vit/tasks/task.h"

namespace vit {

/// How a classifier is trained; timm's and DeiT's names.
struct ClassifyOptions {
  std::string loss = "ce";
  double smoothing = 0.1;
  std::optional<std::vector<double>> class_weights;
  std::optional<double> bce_target_thresh;
  bool bce_sum = false;
  double focal_gamma = 2.0;
  std::int64_t jsd_splits = 3;
  double jsd_alpha = 12.0;
  DistillOptions distillation;
};
void describe(FieldVisitor& visitor, ClassifyOptions& options);

/// Figures of a classifier: `top1` and `top5` in percent, `loss` (cross entropy without smoothing),
/// the means over classes of precision, recall and F1, the calibration error, the confusion matrix,
/// and each sample's prediction.
class ClassifyEvaluation final : public Evaluation {
 public:
  /// `tta`: how many views of each picture are averaged, see test_time_views.
  explicit ClassifyEvaluation(ImageModel& model, std::int64_t tta = 1);
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
  std::int64_t tta_;
  std::int64_t samples_ = 0, top1_ = 0, top5_ = 0;
  double loss_sum_ = 0;
  ConfusionCounts confusion_;
  CalibrationError calibration_;
  std::vector<Prediction> predictions_;
};

/// Image classification: by cross entropy, or binary cross entropy, focal loss, AugMix's
/// consistency; with a teacher, if there is one.
class ClassifyTask final : public Task {
 public:
  ClassifyTask(ImageModel& model, const ClassifyOptions& options,
               std::shared_ptr<Teacher> teacher = nullptr);
  TaskStep step(const Batch& batch) override;
  std::unique_ptr<Evaluation> evaluate() override {
    return std::make_unique<ClassifyEvaluation>(model_);
  }

 private:
  [[nodiscard]] torch::Tensor loss(const torch::Tensor& logits, const Batch& batch);

  ImageModel& model_;
  ClassifyOptions options_;
  std::shared_ptr<Teacher> teacher_;
  torch::Tensor class_weights_;
};

}  // namespace vit
