#include "vit/tasks/embedding.h"

#include <torch/utils.h>

#include "vit/data/class_labels.h"

namespace vit {

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

}  // namespace vit
