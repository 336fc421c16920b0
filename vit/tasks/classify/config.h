#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/tasks/classify/distill.h"
#include "vit/tasks/task_config.h"

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

/// Image classification: which class an image is of.
class ClassifyConfig : public TaskConfig {
 public:
  ClassifyConfig() = default;
  explicit ClassifyConfig(ClassifyOptions given) : options(std::move(given)) {}

  [[nodiscard]] std::string_view name() const override { return "classify"; }
  [[nodiscard]] std::unique_ptr<TaskConfig> clone() const override {
    return std::make_unique<ClassifyConfig>(*this);
  }
  void describe(FieldVisitor& visitor) override { vit::describe(visitor, options); }
  [[nodiscard]] SampleParts needs() const override { return {SamplePart::label}; }
  [[nodiscard]] std::int64_t versions() const override {
    return options.loss == "jsd" ? options.jsd_splits : 1;
  }
  [[nodiscard]] std::vector<OptionRule> unread() const override;
  [[nodiscard]] std::unique_ptr<Task> make(const TaskContext& context) const override;
  [[nodiscard]] std::unique_ptr<Predictor> predictor(Graph graph, const InputSpec& input,
                                                     const std::vector<std::string>& classes,
                                                     const PredictOptions& options) const override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation(
      const std::vector<std::string>& classes) const override;
  [[nodiscard]] std::unique_ptr<Collator> collator(Split split,
                                                   const CollatorContext& context) const override;
  void tell(const Prediction& prediction, const TellOptions& options,
            nlohmann::json& object) const override;
  [[nodiscard]] std::string text(const Prediction& prediction,
                                 const TellOptions& options) const override;
  [[nodiscard]] Image draw(const Image& image, const Prediction& prediction,
                           const TellOptions& options) const override;

  ClassifyOptions options;
};

}  // namespace vit
