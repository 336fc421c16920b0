#include "vit/tasks/classify/task.h"

#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/loss/binary_cross_entropy.h"
#include "vit/loss/cross_entropy.h"
#include "vit/loss/focal.h"
#include "vit/loss/jsd.h"
#include "vit/loss/targets.h"
#include "vit/metrics/classification.h"
#include "vit/nn/init.h"
#include "vit/weights/load.h"

namespace vit {

namespace {

/// What the loss compares with: classes [B], or distributions [B, K] where samples are mixed.
const torch::Tensor& targets_of(const Batch& batch) {
  const auto& known = batch.annotations_as<ClassLabels>();
  return known.targets.defined() ? known.targets : known.labels;
}

/// The share of samples that were right, in percent.
torch::Tensor accuracy(const torch::Tensor& logits, const torch::Tensor& labels) {
  return correct_count(logits.detach(), labels, 1).to(torch::kFloat64) * 100.0 /
         static_cast<double>(labels.size(0));
}

}  // namespace

ClassifyTask::ClassifyTask(std::shared_ptr<ImageModel> model, const ClassifyConfig& config,
                           const InputSpec& input, std::vector<std::string> classes,
                           const MixupOptions& mixup, std::uint64_t seed,
                           std::shared_ptr<Teacher> teacher)
    : model_(std::move(model)),
      config_(config),
      options_(config_.options),
      input_(input),
      classes_(std::move(classes)),
      teacher_(std::move(teacher)),
      train_collator_(mixup, model_->num_classes(), options_.smoothing, seed) {
  if (teacher_ && options_.loss == "jsd")
    throw Error(ErrorKind::usage, "task.distillation.type",
                "a teacher looks at one version of each image, and task.loss jsd makes several",
                "leave the teacher out (task.distillation.type: none), or choose another loss");
  if (!options_.class_weights) return;
  const auto count = static_cast<std::int64_t>(options_.class_weights->size());
  if (count != model_->num_classes())
    throw Error(
        ErrorKind::usage, "task.class_weights",
        vit::str("has ", count, " numbers, and there are ", model_->num_classes(), " classes"),
        "give one number for each class");
  class_weights_ = torch::tensor(*options_.class_weights, torch::kFloat32);
}

TaskStep ClassifyTask::step(const Batch& batch) {
  const bool mixed = is_soft(targets_of(batch));
  TaskStep step;
  const auto add_accuracy = [&](const torch::Tensor& logits) {
    if (mixed) return;
    // Of several versions, the first one is as it was taken: what accuracy is about.
    const std::int64_t samples = batch.samples();
    step.parts.emplace_back(
        "top1", accuracy(logits.slice(0, 0, samples), labels_of(batch).slice(0, 0, samples)));
  };
  if (!teacher_) {
    const torch::Tensor logits = model_->forward(batch.images);  // [B, K]
    step.loss = loss(logits, batch);
    add_accuracy(logits);
    return step;
  }
  // The class head learns the labels, the distillation head (or the only one) the teacher.
  const std::vector<torch::Tensor> heads =
      model_->head_logits(model_->forward_features(batch.images));
  const torch::Tensor taught =
      distillation_loss(heads.back(), teacher_->logits(batch), options_.distillation);
  const double alpha = options_.distillation.alpha;
  step.loss = loss(heads.front(), batch) * (1 - alpha) + taught * alpha;
  add_accuracy(heads.front());
  return step;
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

Metrics ClassifyTask::parts() const {
  return {{.name = "top1", .title = "top-1", .percent = true}};
}

std::unique_ptr<Predictor> ClassifyTask::predictor() {
  return config_.predictor([this](const torch::Tensor& images) { return model_->forward(images); },
                           input_, classes_, {});
}

std::unique_ptr<Evaluation> ClassifyTask::evaluation() const {
  return config_.evaluation(classes_);
}

ExportedGraph ClassifyTask::exported() {
  return {&model_->module(),
          [this](const torch::Tensor& images) { return model_->forward(images); },
          model_->img_size(), model_->in_chans()};
}

LoadReport ClassifyTask::load(const std::filesystem::path& checkpoint) {
  return load_weights(*model_, checkpoint);
}

Batch ClassifyTask::random_batch(std::int64_t size, std::uint64_t seed) const {
  const std::int64_t versions = config_.versions();
  const Size2 pixels = model_->img_size();
  torch::Tensor images =
      torch::empty({versions * size, model_->in_chans(), pixels.height, pixels.width});
  init::normal(images, 1.0, Rng(seed, Stream::bench));
  const torch::Tensor indices = torch::arange(size).repeat({versions});
  Batch batch = labelled_batch(images, indices.remainder(model_->num_classes()), indices);
  batch.versions = versions;
  return batch;
}

}  // namespace vit
