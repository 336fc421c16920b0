#pragma once

#include "vit/tasks/segment/options.h"
#include "vit/tasks/task_config.h"

namespace vit {

/// Semantic segmentation: which class each pixel of an image is of.
class SegmentConfig final : public TaskConfig {
 public:
  SegmentConfig() = default;
  explicit SegmentConfig(SegmentOptions given) : options(std::move(given)) {}

  [[nodiscard]] std::string_view name() const override { return "segment"; }
  [[nodiscard]] std::unique_ptr<TaskConfig> clone() const override {
    return std::make_unique<SegmentConfig>(*this);
  }
  void describe(FieldVisitor& visitor) override { vit::describe(visitor, options); }
  [[nodiscard]] SampleParts needs() const override { return {SamplePart::mask}; }
  [[nodiscard]] const std::vector<std::string>& classes(const Dataset& data) const override {
    return data.mask_classes();
  }
  void adapt(InputSpec& input,
             const std::function<bool(std::string_view key)>& given) const override;
  [[nodiscard]] bool owns(const std::filesystem::path& weights) const override;
  void check_data(const Dataset& train) const override;
  void take_from(const std::filesystem::path& weights, ModelSpec& spec) override;
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

  SegmentOptions options;
};

}  // namespace vit
