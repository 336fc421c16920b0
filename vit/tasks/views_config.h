#pragma once

#include "vit/tasks/representation.h"
#include "vit/tasks/task_config.h"

namespace vit {

/// What tasks have in common that learn from several views of each image, without labels: they
/// leave a backbone, and what it says of an image are features.
class ViewsConfig : public TaskConfig {
 public:
  [[nodiscard]] SampleParts needs() const override { return {}; }
  void adapt_augment(AugmentOptions& augment, const ModelSpec& model) const override;
  /// Without a classifier, and for views of other sizes.
  [[nodiscard]] ModelSpec model(const ModelSpec& spec) const override;
  [[nodiscard]] std::vector<OptionRule> refused() const override;

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
  /// The image as it is: features have no place in it.
  [[nodiscard]] Image draw(const Image& image, const Prediction& prediction,
                           const TellOptions& options) const override;

 protected:
  [[nodiscard]] virtual const RepresentationOptions& judged() const = 0;
  /// Small views of each image, where the user has not said it.
  [[nodiscard]] virtual std::int64_t local_views() const = 0;
};

}  // namespace vit
