#pragma once

#include "vit/tasks/classify/options.h"
#include "vit/tasks/task_config.h"

namespace vit {

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
