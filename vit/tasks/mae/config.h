#pragma once

#include "vit/tasks/mae/options.h"
#include "vit/tasks/task_config.h"

namespace vit {

/// Learning without labels by predicting the masked part of images: MAE (He et al. 2022) and SimMIM
/// (Xie et al. 2022).
class MaeConfig final : public TaskConfig {
 public:
  MaeConfig() = default;
  explicit MaeConfig(MaeOptions given) : options(std::move(given)) {}

  [[nodiscard]] std::string_view name() const override { return "mae"; }
  [[nodiscard]] std::unique_ptr<TaskConfig> clone() const override {
    return std::make_unique<MaeConfig>(*this);
  }
  void describe(FieldVisitor& visitor) override { vit::describe(visitor, options); }
  [[nodiscard]] SampleParts needs() const override { return {}; }
  void adapt(InputSpec& input,
             const std::function<bool(std::string_view key)>& given) const override;
  [[nodiscard]] bool owns(const std::filesystem::path& weights) const override;
  void take_from(const std::filesystem::path& weights, ModelSpec& spec) override;
  [[nodiscard]] ModelSpec model(const ModelSpec& spec) const override;
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

  MaeOptions options;
};

}  // namespace vit
