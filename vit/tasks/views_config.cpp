#include "vit/tasks/views_config.h"

#include <torch/utils.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vit/data/class_labels.h"
#include "vit/report/number.h"
#include "vit/tasks/pretext_batch.h"
#include "vit/tasks/views.h"

namespace vit {
namespace {

/// Predicts the features [B, D] that a graph computes of images.
class EmbeddingPredictor final : public Predictor {
 public:
  explicit EmbeddingPredictor(Graph graph) : graph_(std::move(graph)) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override;

 private:
  Graph graph_;
};

/// What features of images are worth; the first metric is k-NN, or the effective rank where there
/// are no labels.
class EmbeddingEvaluation final : public Evaluation {
 public:
  EmbeddingEvaluation(const RepresentationOptions& options, std::vector<std::string> classes)
      : features_(options, std::move(classes)) {}
  void add(const Batch& batch, const std::vector<Prediction>& predictions) override;
  void merge(const Evaluation& other) override;
  [[nodiscard]] Metrics metrics() const override { return features_.metrics(); }
  [[nodiscard]] std::optional<Headline> headline() const override { return features_.headline(); }
  [[nodiscard]] EvaluationReport report(const Dataset& data) const override;

 private:
  Representation features_;
};

std::vector<Prediction> EmbeddingPredictor::predict(const Batch& batch) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor all =
      graph_(batch.images).to(torch::kCPU, torch::kFloat32).flatten(1).contiguous();
  std::vector<Prediction> predictions;
  for (std::int64_t i = 0; i < all.size(0); ++i) {
    const auto* row = all.const_data_ptr<float>() + i * all.size(1);
    predictions.emplace_back(Embedding{std::vector<float>(row, row + all.size(1))});
  }
  return predictions;
}

void EmbeddingEvaluation::add(const Batch& batch, const std::vector<Prediction>& predictions) {
  const auto* indices = batch.indices.const_data_ptr<std::int64_t>();
  const torch::Tensor labels = labels_of(batch).to(torch::kCPU);
  for (std::size_t i = 0; i < predictions.size(); ++i)
    features_.add(indices[i], labels.const_data_ptr<std::int64_t>()[i],
                  std::get<Embedding>(predictions[i]).values);
}

void EmbeddingEvaluation::merge(const Evaluation& other) {
  features_.merge(dynamic_cast<const EmbeddingEvaluation&>(other).features_);
}

EvaluationReport EmbeddingEvaluation::report(const Dataset& data) const {
  EvaluationReport report;
  report.headline = headline();
  features_.report(data, report);
  return report;
}

}  // namespace

void ViewsConfig::adapt_augment(AugmentOptions& augment, const ModelSpec& model) const {
  enable_views(augment, model, local_views());
}

ModelSpec ViewsConfig::model(const ModelSpec& spec) const {
  ModelSpec backbone = spec;
  num_classes(backbone) = 0;
  if (auto* vit = std::get_if<ViTOptions>(&backbone.options)) vit->dynamic_img_size = true;
  return backbone;
}

std::vector<OptionRule> ViewsConfig::refused() const {
  const std::string views = "views of one image are compared, which multi-crop makes";
  const std::string sizes = "views have sizes of their own (augment.multi_crop)";
  return {{"augment.train", "multi-crop has operations of its own"},
          {"augment.mixup*", views},
          {"augment.cutmix*", views},
          {"augment.reprob", views},
          {"augment.aa", views},
          {"augment.multi_scale*", sizes},
          {"schedule.img_size*", sizes},
          {"optim.sam_rho", "the second gradient would be of another target"},
          {"train.grad_accum_steps",
           "the loss is of a whole batch: parts of it would be another loss, not its parts"}};
}

std::unique_ptr<Predictor> ViewsConfig::predictor(Graph graph, const InputSpec& /*input*/,
                                                  const std::vector<std::string>& /*classes*/,
                                                  const PredictOptions& /*options*/) const {
  return std::make_unique<EmbeddingPredictor>(std::move(graph));
}

std::unique_ptr<Evaluation> ViewsConfig::evaluation(const std::vector<std::string>& classes) const {
  return std::make_unique<EmbeddingEvaluation>(judged(), classes);
}

std::unique_ptr<Collator> ViewsConfig::collator(Split split,
                                                const CollatorContext& /*context*/) const {
  if (split == Split::val) return std::make_unique<LabelCollator>();
  return std::make_unique<PretextCollator>();
}

void ViewsConfig::tell(const Prediction& prediction, const TellOptions& /*told*/,
                       nlohmann::json& object) const {
  object["embedding"] = std::get<Embedding>(prediction).values;
}

std::string ViewsConfig::text(const Prediction& prediction, const TellOptions& /*told*/) const {
  constexpr std::size_t kFirst = 6;
  const std::vector<float>& values = std::get<Embedding>(prediction).values;
  std::string text = "features of " + std::to_string(values.size()) + " channels:";
  for (std::size_t i = 0; i < std::min(kFirst, values.size()); ++i)
    text += " " + fixed(static_cast<double>(values[i]), 3);
  return text + (values.size() > kFirst ? " … (--json tells all)\n" : "\n");
}

Image ViewsConfig::draw(const Image& image, const Prediction& /*prediction*/,
                        const TellOptions& /*told*/) const {
  return image;
}

}  // namespace vit
