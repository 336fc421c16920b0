#include "vit/tasks/contrast/zero_shot.h"

#include <ATen/ops/empty.h>
#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"
#include "vit/data/class_labels.h"
#include "vit/metrics/knn.h"
#include "vit/metrics/ridge_probe.h"
#include "vit/report/number.h"

namespace vit {
namespace {

constexpr std::int64_t kNeighbours = 20, kFolds = 5;

double share_of(const torch::Tensor& guessed, const torch::Tensor& labels) {
  return 100 * (guessed == labels).to(torch::kFloat64).mean().item<double>();
}

}  // namespace

void ZeroShotEvaluation::add(const Batch& batch, const std::vector<Prediction>& predictions) {
  const torch::Tensor labels = labels_of(batch).to(torch::kCPU);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto& found = std::get<ImageText>(predictions[i]);
    if (found.logits.empty())
      throw Error(ErrorKind::usage, "--zero-shot", "the model has no sentences about classes",
                  "name its tokenizer (--set task.tokenizer=FILE), and at least one of "
                  "task.templates");
    const auto row = static_cast<std::int64_t>(i);
    images_.push_back({batch.indices[row].item<std::int64_t>(), labels[row].item<std::int64_t>(),
                       found.logits, found.image});
  }
}

void ZeroShotEvaluation::merge(const Evaluation& other) {
  const auto& more = dynamic_cast<const ZeroShotEvaluation&>(other);
  images_.insert(images_.end(), more.images_.begin(), more.images_.end());
}

double ZeroShotEvaluation::within(std::size_t k) const {
  if (images_.empty()) return 0;
  const auto count = std::count_if(images_.begin(), images_.end(), [&](const Guessed& image) {
    const float own = image.logits.at(static_cast<std::size_t>(image.label));
    const auto as_good =
        std::count_if(image.logits.begin(), image.logits.end(), [&](float x) { return x >= own; });
    return static_cast<std::size_t>(as_good) <= k;
  });
  return 100.0 * static_cast<double>(count) / static_cast<double>(images_.size());
}

Metrics ZeroShotEvaluation::metrics() const {
  Metrics all{{.name = "top1", .value = within(1), .title = "zero-shot top-1", .percent = true},
              {.name = "top5", .value = within(5), .title = "zero-shot top-5", .percent = true}};
  const auto count = static_cast<std::int64_t>(images_.size());
  double neighbours = 0, probe = 0;
  if (count >= kFolds) {
    const auto width = static_cast<std::int64_t>(images_[0].embedding.size()),
               classes = static_cast<std::int64_t>(classes_.size());
    torch::Tensor features = at::empty({count, width}), labels = at::empty({count}, torch::kInt64);
    for (std::int64_t i = 0; i < count; ++i) {
      const Guessed& image = images_[static_cast<std::size_t>(i)];
      std::copy(image.embedding.begin(), image.embedding.end(),
                features.mutable_data_ptr<float>() + i * width);
      labels.mutable_data_ptr<std::int64_t>()[i] = image.label;
    }
    neighbours =
        share_of(knn_votes_of_others(features, labels, kNeighbours, classes).argmax(1), labels);
    probe = share_of(ridge_probe(features, labels, classes, kFolds), labels);
  }
  all.push_back(
      {.name = "knn", .value = neighbours, .title = "k-NN of embeddings", .percent = true});
  all.push_back(
      {.name = "probe", .value = probe, .title = "linear probe of embeddings", .percent = true});
  return all;
}

std::optional<Headline> ZeroShotEvaluation::headline() const {
  Headline headline{.title = "Zero-shot accuracy",
                    .percent = within(1),
                    .count = static_cast<std::int64_t>(images_.size()),
                    .counted = "images",
                    .proportion = true};
  if (!classes_.empty()) headline.chance = 100.0 / static_cast<double>(classes_.size());
  return headline;
}

EvaluationReport ZeroShotEvaluation::report(const Dataset& /*data*/) const {
  EvaluationReport report;
  report.headline = headline();
  for (const Metric& metric : metrics())
    report.figures.push_back({metric.title, fixed(metric.value, 1) + " %"});
  return report;
}

}  // namespace vit
