#include "vit/tasks/linear_probe/task.h"

#include <torch/utils.h>

#include "vit/data/class_labels.h"
#include "vit/nn/init.h"
#include "vit/tasks/classify/evaluation.h"
#include "vit/weights/load.h"

namespace vit {
namespace {

/// Copies what both models have by the same name and shape.
void copy_weights(ImageModel& from, ImageModel& to) {
  const torch::NoGradGuard no_grad;
  const auto copy = [](const auto& source, auto target) {
    for (auto& item : target)
      if (const torch::Tensor* tensor = source.find(item.key()))
        if (tensor->sizes() == item.value().sizes()) item.value().copy_(*tensor);
  };
  copy(from.module().named_parameters(), to.module().named_parameters());
  copy(from.module().named_buffers(), to.module().named_buffers());
}

}  // namespace

LinearProbeTask::LinearProbeTask(const LinearProbeConfig& config, const TaskContext& context)
    : context_(context),
      head_(std::make_shared<ProbedHead>(context.model)),
      of_head_(head_, config, context.input, context.classes) {}

std::unique_ptr<Predictor> LinearProbeTask::predictor() {
  if (train_) return of_head_.predictor();
  return std::make_unique<ClassifyPredictor>(exported().forward, 1);
}

ExportedGraph LinearProbeTask::exported() {
  ImageModel& model = *context_.model;
  return {&model.module(), [&model](const torch::Tensor& images) { return model.forward(images); },
          model.img_size(), model.in_chans()};
}

LoadReport LinearProbeTask::load(const std::filesystem::path& checkpoint) {
  return load_weights(*context_.model, checkpoint);
}

Batch LinearProbeTask::random_batch(std::int64_t size, std::uint64_t seed) const {
  torch::Tensor features = torch::empty({size, head_->in_features()});
  init::normal(features, 1.0, Rng(seed, Stream::bench));
  return labelled_batch(features, torch::arange(size).remainder(head_->num_classes()));
}

bool LinearProbeTask::prepare(const std::atomic<bool>* stop) {
  const TrainingContext& training = *context_.training;
  ModelSpec headless = context_.spec;
  num_classes(headless) = 0;
  const std::shared_ptr<ImageModel> body = create_model(headless);
  copy_weights(*context_.model, *body);
  body->module().to(context_.device);
  const Pipeline pipeline = Pipeline::evaluation(context_.input, training.decoding);
  const auto features = [&](const Dataset& data, const char* split) {
    LoaderOptions loader = training.loader;
    if (&data == &training.val_data) loader.max_bad = 0;  // as in every evaluation
    return cached_features(training.feature_file(*body, split), [&] {
      return extract_features(*body, data, pipeline, loader, context_.device, training.amp, stop);
    });
  };
  std::optional<CachedFeatures> train = features(training.train_data, "train"),
                                val = train ? features(training.val_data, "val") : std::nullopt;
  if (!val) return false;
  train_ = std::move(train);
  val_ = std::move(val);
  return true;
}

std::unique_ptr<BatchSource> LinearProbeTask::batches(Split split, std::vector<std::int64_t> order,
                                                      const LoaderOptions& loader,
                                                      std::int64_t first) {
  if (!train_) return nullptr;
  return feature_batches(split == Split::train ? *train_ : *val_, std::move(order), loader, first);
}

}  // namespace vit
