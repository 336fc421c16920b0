#include "vit/config/probe_run.h"

#include "vit/config/probe.h"
#include "vit/report/run_recorder.h"
#include "vit/train/checkpoint_writer.h"
#include "vit/train/linear_probe.h"

namespace vit {

TrainingEnd run_linear_probe(BuiltExperiment& built, TrainingState& state,
                             const RunDirectory& directory, std::vector<Observer*> observers,
                             bool resumed, const std::atomic<bool>* stop) {
  const Experiment& experiment = built.experiment;
  ModelSpec headless = experiment.model;
  num_classes(headless) = 0;
  const std::shared_ptr<ImageModel> body = create_model(headless);
  copy_weights(*built.model, *body);
  body->module().to(built.device);
  const std::string key = feature_key(experiment, *body);
  const auto features = [&](const Dataset& data, const char* split) {
    return cached_features(feature_file(experiment, key, split), key + split, [&] {
      return extract_features(*body, data, *built.val_pipeline, loader_options(experiment.data),
                              built.device, experiment.train.amp, stop);
    });
  };
  const std::optional<Features> train = features(*built.data.train, "train"),
                                val = train ? features(*built.data.val, "val") : std::nullopt;
  if (!val) return TrainingEnd::stopped;
  state = {};
  RunRecorder recorder(directory.root(), resumed ? std::optional(ResumePoint{}) : std::nullopt);
  observers.push_back(&recorder);
  built.model->module().to(torch::kCPU);
  TrainingParts all = built.parts();
  train_linear_probe(all, *train, *val, observers, state, experiment.task.options.smoothing);
  built.model->module().to(built.device);
  CheckpointWriter writer(directory, {.keep = 0, .background = false});
  writer.save(CheckpointKind::last_and_best, checkpoint_tensors(*built.model, *built.optimizer),
              built.checkpoint_info(state));
  writer.finish();
  recorder.finish();
  return TrainingEnd::complete;
}

}  // namespace vit
