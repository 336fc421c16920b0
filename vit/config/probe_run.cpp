#include "vit/config/probe_run.h"

#include <utility>

#include "vit/config/probe.h"

namespace vit {

std::unique_ptr<LinearProbe> LinearProbe::open(BuiltExperiment& built,
                                               const std::atomic<bool>* stop) {
  const Experiment& experiment = built.experiment;
  ModelSpec headless = experiment.model;
  num_classes(headless) = 0;
  const std::shared_ptr<ImageModel> body = create_model(headless);
  copy_weights(*built.model, *body);
  body->module().to(built.device);
  const std::string key = feature_key(experiment, *body);
  const auto features = [&](const Dataset& data, const char* split) {
    LoaderOptions loader = loader_options(experiment.data);
    if (&data == built.data.val.get()) loader.max_bad = 0;  // as in every evaluation
    return cached_features(feature_file(experiment, key, split), key + split, [&] {
      return extract_features(*body, data, *built.val_pipeline, loader, built.device,
                              experiment.train.amp, stop);
    });
  };
  std::optional<Features> train = features(*built.data.train, "train"),
                          val = train ? features(*built.data.val, "val") : std::nullopt;
  if (!val) return nullptr;
  return std::unique_ptr<LinearProbe>(new LinearProbe(built, std::move(*train), std::move(*val)));
}

LinearProbe::LinearProbe(BuiltExperiment& built, Features train, Features val)
    : built_(built),
      train_(std::move(train)),
      val_(std::move(val)),
      head_(*built.model),
      task_(create_task(built.experiment.task, head_)) {}

TrainingParts LinearProbe::parts() {
  const TrainingParts of_images = built_.parts();
  TrainingParts parts{.model = head_,
                      .task = *task_,
                      .optimizer = of_images.optimizer,
                      .train_data = of_images.train_data,
                      .val_data = of_images.val_data,
                      .train_pipeline = of_images.train_pipeline,
                      .val_pipeline = of_images.val_pipeline,
                      .loader = of_images.loader,
                      .optim = of_images.optim,
                      .schedule = of_images.schedule,
                      .train = of_images.train,
                      .device = of_images.device,
                      .seed = of_images.seed,
                      .ema = of_images.ema};
  parts.train.amp = "fp32";  // that of the features: one linear layer has nothing to gain by it
  parts.batches = [this](const Dataset& data, std::vector<std::int64_t> order,
                         const LoaderOptions& loader, std::int64_t first) {
    const bool training = &data == built_.data.train.get();
    return feature_batches(training ? train_ : val_, std::move(order), loader, first);
  };
  return parts;
}

}  // namespace vit
