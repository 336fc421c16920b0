#include "vit/tasks/classify.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/augment/test_time.h"
#include "vit/core/error.h"
#include "vit/loss/binary_cross_entropy.h"
#include "vit/loss/cross_entropy.h"
#include "vit/loss/focal.h"
#include "vit/loss/jsd.h"
#include "vit/loss/targets.h"

namespace vit {

namespace {

/// What the loss compares with: classes [B], or distributions [B, K] where samples are mixed.
const torch::Tensor& targets_of(const Batch& batch) {
  return batch.targets.defined() ? batch.targets : batch.labels;
}

}  // namespace

void describe(FieldVisitor& visitor, ClassifyOptions& o) {
  visitor.field({"smoothing", &o.smoothing, "label smoothing in training", kProbability});
  visitor.field({"loss",
                 &o.loss,
                 "cross entropy; each class by itself (bce); focal; AugMix's consistency (jsd)",
                 {},
                 {"ce", "bce", "focal", "jsd"}});
  visitor.field({"class_weights", &o.class_weights, "ce: one for each class; null: all count alike",
                 kNonNegative});
  visitor.field({"bce_target_thresh", &o.bce_target_thresh,
                 "bce: mixed targets above it become 1, others 0; null: as they are",
                 kProbability});
  visitor.field({"bce_sum", &o.bce_sum, "bce: sum over classes (true) or mean over them (false)"});
  visitor.field({"focal_gamma", &o.focal_gamma, "focal: exponent", kNonNegative});
  visitor.field({"jsd_splits", &o.jsd_splits, "jsd: versions of each picture", {2, 16}});
  visitor.field({"jsd_alpha", &o.jsd_alpha, "jsd: weight of the divergence", kNonNegative});
  visitor.section("distillation", "a teacher beside the labels",
                  [&](FieldVisitor& inner) { describe(inner, o.distillation); });
}

ClassifyTask::ClassifyTask(ImageModel& model, const ClassifyOptions& options,
                           std::shared_ptr<Teacher> teacher)
    : model_(model), options_(options), teacher_(std::move(teacher)) {
  if (teacher_ && options_.loss == "jsd")
    throw Error(ErrorKind::usage, "task.distillation.type",
                "a teacher looks at one version of each image, and task.loss jsd makes several",
                "leave the teacher out (task.distillation.type: none), or choose another loss");
  if (!options_.class_weights) return;
  const auto count = static_cast<std::int64_t>(options_.class_weights->size());
  if (count != model.num_classes())
    throw Error(
        ErrorKind::usage, "task.class_weights",
        vit::str("has ", count, " numbers, and there are ", model.num_classes(), " classes"),
        "give one number for each class");
  class_weights_ = torch::tensor(*options_.class_weights, torch::kFloat32);
}

TaskStep ClassifyTask::step(const Batch& batch) {
  if (!teacher_) {
    const torch::Tensor logits = model_.forward(batch.images);  // [B, K]
    const bool mixed = is_soft(targets_of(batch));
    // Of several versions, the first one is as it was taken: what accuracy is about.
    const std::int64_t samples = batch.samples();
    return {loss(logits, batch), mixed ? torch::Tensor()
                                       : correct_count(logits.detach().slice(0, 0, samples),
                                                       batch.labels.slice(0, 0, samples), 1)};
  }
  // The class head learns the labels, the distillation head (or the only one) the teacher.
  const std::vector<torch::Tensor> heads =
      model_.head_logits(model_.forward_features(batch.images));
  const torch::Tensor taught =
      distillation_loss(heads.back(), teacher_->logits(batch), options_.distillation);
  const double alpha = options_.distillation.alpha;
  const bool mixed = is_soft(targets_of(batch));
  return {loss(heads.front(), batch) * (1 - alpha) + taught * alpha,
          mixed ? torch::Tensor() : correct_count(heads.front().detach(), batch.labels, 1)};
}

torch::Tensor ClassifyTask::loss(const torch::Tensor& logits, const Batch& batch) {
  const torch::Tensor& targets = targets_of(batch);
  if (options_.loss == "bce")
    return binary_cross_entropy(logits, targets,
                                {.smoothing = options_.smoothing,
                                 .threshold = options_.bce_target_thresh,
                                 .sum_classes = options_.bce_sum});
  if (options_.loss == "focal")
    return focal_loss(logits, targets, options_.focal_gamma, options_.smoothing);
  if (options_.loss == "jsd") {
    // Other orders would compare versions of different images.
    if (batch.versions != options_.jsd_splits)
      throw Error(ErrorKind::usage, "task.loss",
                  vit::str("jsd compares ", options_.jsd_splits,
                           " versions of each image, and the batch has ", batch.versions),
                  "train on a pipeline of task.jsd_splits versions");
    return jsd_cross_entropy(logits, targets, options_.jsd_splits, options_.jsd_alpha,
                             options_.smoothing);
  }
  return cross_entropy(
      logits, targets, options_.smoothing,
      class_weights_.defined() ? class_weights_.to(logits.device()) : torch::Tensor());
}

ClassifyEvaluation::ClassifyEvaluation(ImageModel& model, std::int64_t tta)
    : model_(model), tta_(tta), confusion_(model.num_classes()) {}

void ClassifyEvaluation::add(const Batch& batch) {
  torch::NoGradGuard no_grad;
  const torch::Tensor logits = mean_over_views(  // [B, K]
      model_.forward(test_time_views(batch.images, tta_)).to(torch::kFloat32), tta_);
  samples_ += batch.size();
  top1_ += count_correct(logits, batch.labels, 1);
  top5_ += count_correct(logits, batch.labels, 5);
  loss_sum_ +=
      cross_entropy(logits, batch.labels).item<double>() * static_cast<double>(batch.size());
  confusion_.add(logits.argmax(1), batch.labels);
  calibration_.add(logits, batch.labels);

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
  const ClassFigures mean = macro_average(confusion_);
  return {{"top1", 100.0 * static_cast<double>(top1_) / samples},
          {"top5", 100.0 * static_cast<double>(top5_) / samples},
          {"loss", loss_sum_ / samples},
          {"precision", mean.precision},
          {"recall", mean.recall},
          {"f1", mean.f1},
          {"ece", calibration_.ece()}};
}

}  // namespace vit
