#include "vit/tasks/classify/evaluation.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"
#include "vit/data/class_labels.h"
#include "vit/loss/cross_entropy.h"
#include "vit/tasks/classify/test_time.h"

namespace vit {

std::vector<Prediction> ClassifyPredictor::predict(const Batch& batch) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor logits =  // [B, K]
      mean_over_views(graph_(test_time_views(batch.images, views_)).to(torch::kFloat32), views_)
          .to(torch::kCPU)
          .contiguous();
  std::vector<Prediction> predictions;
  const std::int64_t classes = logits.size(1);
  for (std::int64_t i = 0; i < logits.size(0); ++i) {
    const float* row = logits.const_data_ptr<float>() + i * classes;
    predictions.emplace_back(ClassScores{{row, row + classes}});
  }
  return predictions;
}

torch::Tensor logits_of(const std::vector<Prediction>& predictions) {
  const auto rows = static_cast<std::int64_t>(predictions.size());
  const auto classes =
      static_cast<std::int64_t>(std::get<ClassScores>(predictions.at(0)).logits.size());
  torch::Tensor logits = torch::empty({rows, classes});
  auto* out = logits.data_ptr<float>();
  for (const Prediction& prediction : predictions) {
    const auto& row = std::get<ClassScores>(prediction).logits;
    out = std::copy(row.begin(), row.end(), out);
  }
  return logits;
}

void ClassifyEvaluation::add(const Batch& batch, const std::vector<Prediction>& predictions) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor logits = logits_of(predictions);  // [B, K]
  const torch::Tensor labels = labels_of(batch).to(torch::kCPU);
  samples_ += batch.size();
  top1_ += count_correct(logits, labels, 1);
  top5_ += count_correct(logits, labels, 5);
  loss_sum_ += cross_entropy(logits, labels).item<double>() * static_cast<double>(batch.size());
  confusion_.add(logits.argmax(1), labels);
  calibration_.add(logits, labels);

  const auto [probabilities, classes] =
      logits.softmax(1).topk(std::min<std::int64_t>(5, logits.size(1)), 1);
  const torch::Tensor values = probabilities.to(torch::kFloat64).contiguous();
  const torch::Tensor names = classes.contiguous();
  const std::int64_t columns = values.size(1);
  for (std::int64_t i = 0; i < batch.size(); ++i) {
    Answer& answer = answers_.emplace_back();
    answer.index = batch.indices.data_ptr<std::int64_t>()[i];
    answer.label = labels.data_ptr<std::int64_t>()[i];
    for (std::int64_t k = i * columns; k < (i + 1) * columns; ++k)
      answer.top.emplace_back(names.data_ptr<std::int64_t>()[k], values.data_ptr<double>()[k]);
  }
}

void ClassifyEvaluation::merge(const Evaluation& other) {
  const auto& more = dynamic_cast<const ClassifyEvaluation&>(other);
  samples_ += more.samples_;
  top1_ += more.top1_;
  top5_ += more.top5_;
  loss_sum_ += more.loss_sum_;
  confusion_.merge(more.confusion_);
  calibration_.merge(more.calibration_);
  answers_.insert(answers_.end(), more.answers_.begin(), more.answers_.end());
}

Metrics ClassifyEvaluation::metrics() const {
  const auto samples = static_cast<double>(std::max<std::int64_t>(samples_, 1));
  const auto percent = [&](std::int64_t count) {
    return 100.0 * static_cast<double>(count) / samples;
  };
  const ClassFigures mean = macro_average(confusion_);
  return {{.name = "top1", .value = percent(top1_), .title = "top-1", .percent = true},
          {.name = "top5", .value = percent(top5_), .title = "top-5", .percent = true},
          {.name = "loss", .value = loss_sum_ / samples, .better = Better::smaller},
          {.name = "precision", .value = mean.precision},
          {.name = "recall", .value = mean.recall},
          {.name = "f1", .value = mean.f1},
          {.name = "ece", .value = calibration_.ece(), .better = Better::smaller}};
}

std::vector<SampleResult> ClassifyEvaluation::samples() const {
  std::vector<SampleResult> results;
  results.reserve(answers_.size());
  for (const Answer& answer : answers_) {
    const auto& [predicted, probability] = answer.top.front();
    results.push_back(
        {answer.index, predicted == answer.label, answer.label, predicted, probability});
  }
  return results;
}

}  // namespace vit
