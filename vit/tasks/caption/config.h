#pragma once

#include "vit/tasks/caption/options.h"
#include "vit/tasks/task_config.h"

namespace vit {

/// Images in words: a sentence for each.
class CaptionConfig final : public TaskConfig {
 public:
  CaptionConfig() = default;
  explicit CaptionConfig(CaptionOptions given) : options(std::move(given)) {}

  [[nodiscard]] std::string_view name() const override { return "caption"; }
  [[nodiscard]] std::unique_ptr<TaskConfig> clone() const override {
    return std::make_unique<CaptionConfig>(*this);
  }
  void describe(FieldVisitor& visitor) override { vit::describe(visitor, options); }
  [[nodiscard]] SampleParts needs() const override { return {SamplePart::caption}; }
  [[nodiscard]] bool owns(const std::filesystem::path& weights) const override;
  [[nodiscard]] std::optional<Recognised> recognise(const WeightsFile& weights,
                                                    std::optional<Size2> image) const override;
  void take_from(const std::filesystem::path& weights, ModelSpec& spec) override;
  void learn_from(const Dataset& data) override;
  [[nodiscard]] ModelSpec model(const ModelSpec& spec) const override;
  [[nodiscard]] std::vector<OptionRule> refused() const override;

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

  CaptionOptions options;
};

}  // namespace vit
