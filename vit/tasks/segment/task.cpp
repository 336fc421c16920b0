#include "vit/tasks/segment/task.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"
#include "vit/nn/init.h"
#include "vit/tasks/features.h"
#include "vit/tasks/segment/predictor.h"
#include "vit/tasks/segment/weights.h"
#include "vit/tasks/whole_weights.h"

namespace vit {
SegmentTask::SegmentTask(const SegmentConfig& config, const TaskContext& context)
    : config_(config), input_(context.input), classes_(context.classes) {
  const auto count = static_cast<std::int64_t>(classes_.size());
  if (count > kIgnoredClass)
    throw Error(ErrorKind::usage, "task.name",
                str("masks of 8 bits have at most 255 classes, and the data has ", count),
                "join some of them");
  network_ = std::make_shared<SegmentNetwork>(context.model, config_.options, count);
  network_->init_head(context.seed);
  train_collator_ = config_.collator(Split::train, {.num_classes = count});
  val_collator_ = config_.collator(Split::val, {.num_classes = count});
  if (context.training == nullptr) return;
  trains_ = true;
  keeps_ = makes_few_versions(context.training->augment);
}

/// Predicts images at once, by features that are kept of them.
class SegmentTask::KeptPredictor final : public Predictor {
 public:
  explicit KeptPredictor(SegmentTask& task) : task_(task) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override {
    const torch::NoGradGuard no_grad;
    const Size2 size{batch.images.size(2), batch.images.size(3)};
    const Maps maps = task_.val_kept_.of(
        batch, [&](const torch::Tensor& images) { return task_.network_->features(images); });
    SegmentPredictor of_logits(
        [&](const torch::Tensor&) { return task_.network_->logits(maps, size); }, task_.input_, {});
    return of_logits.predict(batch);
  }

 private:
  SegmentTask& task_;
};

SegmentTask::Maps SegmentTask::features(const Batch& batch) {
  if (!torch::GradMode::is_enabled() || !network_->backbone_is_frozen())
    return network_->features(batch.images);
  // What does not learn behaves as in evaluation: no dropout, no stochastic depth.
  network_->backbone().module().eval();
  if (keeps_)
    return train_kept_.of(batch,
                          [&](const torch::Tensor& images) { return network_->features(images); });
  const torch::NoGradGuard no_grad;
  return network_->features(batch.images);
}

TaskStep SegmentTask::step(const Batch& batch) {
  const torch::Tensor& masks = batch.annotations_as<MaskMaps>().masks;
  const Size2 size{batch.images.size(2), batch.images.size(3)};
  const torch::Tensor logits = network_->logits(features(batch), size);  // [B, K, H, W]
  TaskStep step;
  for (auto& [name, part] : seg_loss(logits, masks, config_.options.loss)) {
    step.loss = step.loss.defined() ? step.loss + part : part;
    step.parts.emplace_back(name, part.detach());
  }
  const torch::Tensor counted = masks != static_cast<std::int64_t>(kIgnoredClass);
  const torch::Tensor right = (logits.detach().argmax(1) == masks).logical_and(counted);
  step.parts.emplace_back("pixel_accuracy",
                          right.sum().to(torch::kFloat64) * 100 / counted.sum().clamp_min(1));
  return step;
}

Metrics SegmentTask::parts() const {
  return {{.name = "pixel_accuracy", .title = "pixels", .percent = true},
          {.name = "ce", .better = Better::smaller},
          {.name = "dice", .better = Better::smaller}};
}

std::unique_ptr<Predictor> SegmentTask::predictor() {
  const SegmentInference& inference = config_.options.inference;
  if (trains_ && network_->backbone_is_frozen() && inference.mode == "whole" && !inference.flip)
    return std::make_unique<KeptPredictor>(*this);
  return config_.predictor(exported().forward, input_, classes_, {});
}

std::unique_ptr<Evaluation> SegmentTask::evaluation() const { return config_.evaluation(classes_); }

ExportedGraph SegmentTask::exported() {
  return {network_.get(),
          [network = network_](const torch::Tensor& images) { return network->forward(images); },
          input_.img_size, input_.in_chans, "masks"};
}

LoadReport SegmentTask::load(const std::filesystem::path& checkpoint) {
  return load_segmenter(*network_, checkpoint, classes_);
}

LoadReport SegmentTask::load_backbone(const std::filesystem::path& weights) {
  return vit::load_backbone(network_->backbone(), read_whole_weights(weights));
}

Batch SegmentTask::random_batch(std::int64_t size, std::uint64_t seed) const {
  const auto [height, width] = input_.img_size;
  torch::Tensor images = torch::empty({size, input_.in_chans, height, width});
  init::normal(images, 1.0, Rng(seed, Stream::bench));
  const torch::Tensor masks = torch::arange(size * height * width)
                                  .remainder(network_->num_classes())
                                  .to(torch::kUInt8)
                                  .view({size, height, width});
  // Each has an index that no sample of the data has: nothing is kept of them.
  return {.images = images,
          .indices = -1 - torch::arange(size),
          .annotations = std::make_shared<MaskMaps>(masks)};
}

}  // namespace vit
