#pragma once

#include "vit/tasks/contrast/options.h"
#include "vit/tasks/task_config.h"

namespace vit {

/// Images and texts: which text belongs to which image (CLIP, SigLIP, LiT).
class ContrastConfig final : public TaskConfig {
 public:
  ContrastConfig() = default;
  explicit ContrastConfig(ContrastOptions given) : options(std::move(given)) {}

  [[nodiscard]] std::string_view name() const override { return "contrast"; }
  [[nodiscard]] std::unique_ptr<TaskConfig> clone() const override {
    return std::make_unique<ContrastConfig>(*this);
  }
  void describe(FieldVisitor& visitor) override { vit::describe(visitor, options); }
  [[nodiscard]] SampleParts needs() const override {
    return {classifies_ ? SamplePart::label : SamplePart::caption};
  }
  [[nodiscard]] bool owns(const std::filesystem::path& weights) const override;
  [[nodiscard]] std::optional<Recognised> recognise(const WeightsFile& weights,
                                                    std::optional<Size2> image) const override;
  void take_from(const std::filesystem::path& weights, ModelSpec& spec) override;
  void learn_from(const Dataset& data) override;
  [[nodiscard]] ModelSpec model(const ModelSpec& spec) const override;
  [[nodiscard]] std::vector<std::string> frozen(const Network& network) const override;
  [[nodiscard]] std::vector<OptionRule> refused() const override;
  [[nodiscard]] std::vector<OptionRule> unread() const override;

  [[nodiscard]] std::unique_ptr<Task> make(const TaskContext& context) const override;
  [[nodiscard]] std::unique_ptr<Predictor> predictor(Graph graph, const InputSpec& input,
                                                     const std::vector<std::string>& classes,
                                                     const PredictOptions& asked) const override {
    return predictor_with_texts(std::move(graph), nullptr, input, classes, asked);
  }
  [[nodiscard]] std::unique_ptr<Predictor> predictor_with_texts(
      Graph graph, Graph texts, const InputSpec& input, const std::vector<std::string>& classes,
      const PredictOptions& options) const override;
  [[nodiscard]] TextEmbedder text_embedder(Graph texts) const override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation(
      const std::vector<std::string>& classes) const override;
  [[nodiscard]] std::unique_ptr<Collator> collator(Split split,
                                                   const CollatorContext& context) const override;
  [[nodiscard]] std::unique_ptr<TaskConfig> zero_shot() const override;
  [[nodiscard]] bool take_labels() const override { return true; }
  void tell(const Prediction& prediction, const TellOptions& options,
            nlohmann::json& object) const override;
  [[nodiscard]] std::string text(const Prediction& prediction,
                                 const TellOptions& options) const override;
  [[nodiscard]] Image draw(const Image& image, const Prediction& prediction,
                           const TellOptions& options) const override;

  ContrastOptions options;

 private:
  bool classifies_ = false;  // labelled images, see zero_shot
};

}  // namespace vit
