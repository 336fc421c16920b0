#pragma once

#include "vit/tasks/detect/options.h"
#include "vit/tasks/task_config.h"

namespace vit {

/// Object detection: what is in an image, and where.
class DetectConfig final : public TaskConfig {
 public:
  DetectConfig() = default;
  explicit DetectConfig(DetectOptions given) : options(std::move(given)) {}

  [[nodiscard]] std::string_view name() const override { return "detect"; }
  [[nodiscard]] std::unique_ptr<TaskConfig> clone() const override {
    return std::make_unique<DetectConfig>(*this);
  }
  void describe(FieldVisitor& visitor) override { vit::describe(visitor, options); }
  [[nodiscard]] SampleParts needs() const override {
    if (finds_masks(options)) return {SamplePart::boxes, SamplePart::object_masks};
    return {SamplePart::boxes};
  }
  void adapt(InputSpec& input,
             const std::function<bool(std::string_view key)>& given) const override;
  [[nodiscard]] bool owns(const std::filesystem::path& weights) const override;
  [[nodiscard]] std::optional<Recognised> recognise(const WeightsFile& weights,
                                                    std::optional<Size2> image) const override;
  void take_from(const std::filesystem::path& weights, ModelSpec& spec) override;
  void check_data(const Dataset& train) const override;
  [[nodiscard]] ModelSpec model(const ModelSpec& spec) const override;
  [[nodiscard]] AnnotationFrame evaluated_in() const override { return AnnotationFrame::file; }
  [[nodiscard]] std::vector<OptionRule> refused() const override;
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
  /// COCO's results of all images (`detections.json`), with masks where they were found, and YOLO's
  /// text of each (`labels/x.txt`).
  [[nodiscard]] std::unique_ptr<PredictionWriter> writer(
      const std::filesystem::path& folder, const std::filesystem::path& annotations) const override;

  DetectOptions options;

 private:
  /// What is told of a prediction: the surest objects.
  [[nodiscard]] std::vector<FoundObject> shown(const Prediction& prediction) const;
};

}  // namespace vit
