#include "vit/tasks/classify.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/loss/cross_entropy.h"

namespace vit {

void describe(FieldVisitor& visitor, ClassifyOptions& o) {
  visitor.field({"smoothing", &o.smoothing, "label smoothing in training", kProbability});
}

TaskStep ClassifyTask::step(const Batch& batch) {
  const torch::Tensor logits = model_.forward(batch.images);  // [B, K]
  return {cross_entropy(logits, batch.labels, options_.smoothing),
          count_correct(logits.detach(), batch.labels, 1)};
}

ClassifyEvaluation::ClassifyEvaluation(ImageModel& model)
    : model_(model), confusion_(model.num_classes()) {}

void ClassifyEvaluation::add(const Batch& batch) {
  torch::NoGradGuard no_grad;
  const torch::Tensor logits = model_.forward(batch.images).to(torch::kFloat32);  // [B, K]
  samples_ += batch.size();
  top1_ += count_correct(logits, batch.labels, 1);
  top5_ += count_correct(logits, batch.labels, 5);
  loss_sum_ +=
      cross_entropy(logits, batch.labels).item<double>() * static_cast<double>(batch.size());
  confusion_.add(logits.argmax(1), batch.labels);

  const auto [probabilities, classes] =
      logits.softmax(1).topk(std::min<std::int64_t>(5, logits.size(1)), 1);
  const torch::Tensor values = probabilities.to(torch::kCPU, torch::kFloat64).contiguous();
  const torch::Tensor names = classes.to(torch::kCPU).contiguous(),
                      labels = batch.labels.to(torch::kCPU);
  const std::int64_t columns = values.size(1);
  for (std::int64_t i = 0; i < batch.size(); ++i) {
    Prediction& prediction = predictions_.emplace_back();
    prediction.index = batch.indices.data_ptr<std::int64_t>()[i];
    prediction.label = labels.data_ptr<std::int64_t>()[i];
    for (std::int64_t k = i * columns; k < (i + 1) * columns; ++k)
      prediction.top.emplace_back(names.data_ptr<std::int64_t>()[k], values.data_ptr<double>()[k]);
  }
}

Metrics ClassifyEvaluation::metrics() const {
  const auto samples = static_cast<double>(std::max<std::int64_t>(samples_, 1));
  return {{"top1", 100.0 * static_cast<double>(top1_) / samples},
          {"top5", 100.0 * static_cast<double>(top5_) / samples},
          {"loss", loss_sum_ / samples}};
}

}  // namespace vit
