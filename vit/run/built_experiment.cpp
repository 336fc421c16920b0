#include "vit/run/built_experiment.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/str.h"
#include "vit/experiment/config_difference.h"
#include "vit/experiment/recognised_model.h"
#include "vit/experiment/unread_options.h"
#include "vit/models/profile.h"
#include "vit/nn/grad_checkpoint.h"
#include "vit/nn/lora.h"
#include "vit/report/humanize.h"
#include "vit/run/feature_file.h"
#include "vit/run/label_join.h"
#include "vit/run/open_model.h"
#include "vit/run/run_summary.h"
#include "vit/train/batch_plan.h"
#include "vit/train/checkpoint.h"
#include "vit/train/device.h"
#include "vit/train/fast_types.h"
#include "vit/train/freeze.h"
#include "vit/weights/load.h"

namespace vit {

BuiltExperiment::BuiltExperiment(Experiment described, Purpose purpose)
    : experiment(std::move(described)) {
  require_honoured(experiment);
  set_compute_threads(experiment.train.threads);
  device = resolve_device(experiment.train.device);
  experiment.train.amp = chosen_type(experiment.train.amp, device, "train.amp");
  set_deterministic(device, experiment.train.deterministic);
  data = open_data(experiment);
  resolve(experiment, *data.train);
  take_from_weights();
  experiment.task.config().learn_from(*data.train);
  make_model();
  input = experiment_input(experiment);
  make_task(purpose);
  freeze();
  optimizer = create_optimizer(experiment.optim, param_groups(task->network(), experiment.optim));
  if (experiment.train.model_ema)
    ema_.emplace(task->network(), EmaOptions{.decay = *experiment.train.model_ema,
                                             .warmup = experiment.train.model_ema_warmup,
                                             .force_cpu = experiment.train.model_ema_force_cpu});
  make_pipelines();
  config = experiment_yaml(experiment);
}

const std::vector<std::string>& BuiltExperiment::classes() const {
  return experiment.task->classes(*data.train);
}

/// Weights of a whole network that was not trained here say what it was made by: options of the
/// task that would not fit them give way, and are told. Their classes do not become those of the
/// data.
void BuiltExperiment::take_from_weights() {
  const auto& weights = experiment.init.weights;
  whole_weights_ = weights && experiment.task->owns(*weights);
  if (!whole_weights_ || experiment.init.reset_head || is_checkpoint(*weights)) return;
  const Experiment before = experiment;
  ModelSpec theirs = experiment.model;
  experiment.task.config().take_from(*weights, theirs);
  for (const ConfigChange& change : config_changes(before, experiment))
    log::info(str(*weights, ": ", change.key, " is ", change.now, " there, not ", change.before));
}

void BuiltExperiment::make_model() {
  const auto seed = static_cast<std::uint64_t>(experiment.seed);
  model = create_model(experiment.task->model(experiment.model));
  model->init_weights(seed);
  if (experiment.init.weights && !whole_weights_) {
    for (const std::string& line : recognition(experiment)) log::info(line);
    const LoadReport report = load_initial_weights(*model, experiment);
    log::info(str(*experiment.init.weights, ": ", report.summary()));
    if (!experiment.init.reset_head) {
      const std::string& weights = *experiment.init.weights;
      const std::string told = join_labels(*model, labels_of(weights), classes(), weights);
      if (!told.empty()) log::warn(told);
    }
    experiment.recognised.reset();  // the file's tensors have been copied
  }
  if (experiment.lora.rank > 0) add_lora(model->module(), experiment.lora, model->heads(), seed);
  model->module().to(device);
  set_grad_checkpointing(model->module(), experiment.train.grad_checkpointing);
}

void BuiltExperiment::make_task(Purpose purpose) {
  LoaderOptions loader = loader_options(experiment.data);
  loader.drop_last = experiment.train.drop_last;
  const BatchPlan plan(data.train->size(), loader, experiment.train.grad_accum_steps);
  training_.emplace(
      TrainingContext{.train_data = *data.train,
                      .val_data = *data.val,
                      .augment = experiment.augment,
                      .decoding = experiment.data.decoding,
                      .loader = loader_options(experiment.data),
                      .epochs = experiment.schedule.epochs,
                      .updates_per_epoch = plan.updates(),
                      .amp = experiment.train.amp,
                      .open_model = open_beside,
                      .feature_file = [this](ImageModel& body, const std::string& what) {
                        return vit::feature_file(experiment, body, what);
                      }});
  task = experiment.task->make({.model = model,
                                .spec = experiment.model,
                                .input = input,
                                .classes = classes(),
                                .seed = static_cast<std::uint64_t>(experiment.seed),
                                .device = device,
                                .training = purpose == Purpose::training ? &*training_ : nullptr});
  if (whole_weights_) {
    const std::string& weights = *experiment.init.weights;
    const LoadReport report =
        experiment.init.reset_head ? task->load_backbone(weights) : task->load(weights);
    log::info(str(weights, ": ", report.summary()));
  }
  task->network().module().to(device);
}

void BuiltExperiment::freeze() {
  Network& network = task->network();
  if (std::vector<std::string> own = experiment.task->frozen(network); !own.empty()) {
    if (!experiment.train.freeze.empty() && experiment.train.freeze != own)
      throw Error(ErrorKind::usage, "train.freeze",
                  str("the task ", experiment.task.name(), " says by itself what does not learn"),
                  "leave it out, or choose another task.name");
    experiment.train.freeze = std::move(own);
  }
  frozen_ = frozen_parameters(network, experiment.train.freeze);
  if (!experiment.train.unfreeze_epoch) set_learning(network, frozen_, false);
}

void BuiltExperiment::make_pipelines() {
  train_pipeline = training_pipeline(experiment);
  val_pipeline = evaluation_pipeline(experiment);
  for (const SizeStage& stage : experiment.schedule.img_size.items)
    sized_pipelines_.insert_or_assign(stage.epoch, training_pipeline(experiment, stage.img_size));
}

TrainingParts BuiltExperiment::parts() {
  return {.task = *task,
          .optimizer = *optimizer,
          .train_data = *data.train,
          .val_data = *data.val,
          .train_pipeline = *train_pipeline,
          .val_pipeline = *val_pipeline,
          .loader = loader_options(experiment.data),
          .optim = experiment.optim,
          .schedule = experiment.schedule,
          .train = experiment.train,
          .device = device,
          .seed = static_cast<std::uint64_t>(experiment.seed),
          .ema = ema(),
          .pipeline_of_epoch = [this](std::int64_t epoch) -> const Pipeline& {
            const Pipeline* found = &*train_pipeline;
            for (const auto& [from, pipeline] : sized_pipelines_)
              if (from <= epoch) found = &pipeline;
            return *found;
          }};
}

std::string BuiltExperiment::summary() const {
  return str("model ", model_text(experiment.model), ", ",
             human_count(static_cast<double>(parameter_count(task->network()))),
             " parameters; data ", experiment.data.set.name, ", ", data.train->size(),
             " training and ", data.val->size(), " validation pictures",
             experiment.data.subset.val_split > 0 ? " (data.val_split)" : "", " of ",
             classes().size(), " classes; ", device_description(device), ", ", experiment.train.amp,
             frozen_text(), sizes_text());
}

std::string BuiltExperiment::frozen_text() const {
  if (frozen_.empty()) return {};
  std::int64_t numbers = 0;
  for (const auto& item : task->network().module().named_parameters())
    if (std::find(frozen_.begin(), frozen_.end(), item.key()) != frozen_.end())
      numbers += item.value().numel();
  const auto& until = experiment.train.unfreeze_epoch;
  return str("\nfrozen",
             until ? str(" for the first ", *until, *until == 1 ? " epoch" : " epochs") : "", ": ",
             frozen_.size(), " tensors with ", human_count(static_cast<double>(numbers)),
             " of the numbers, ", frozen_.front(), " … ", frozen_.back());
}

std::string BuiltExperiment::sizes_text() const {
  if (experiment.schedule.img_size.items.empty()) return {};
  std::string text = "\ntraining pictures: ";
  const auto size = [](const Size2& pixels) { return str(pixels.height, "x", pixels.width); };
  bool first = true;
  for (const SizeStage& stage : experiment.schedule.img_size.items) {
    if (first && stage.epoch > 0) text += size(model->img_size()) + ", ";
    text += str(first ? "" : ", ", size(stage.img_size),
                stage.epoch > 0 ? str(" from epoch ", stage.epoch + 1, " on") : "");
    first = false;
  }
  return text + "; evaluation: " + size(model->img_size());
}

std::vector<ScheduleCurve> BuiltExperiment::curves(std::size_t points,
                                                   const std::vector<double>& metrics) {
  return schedule_curves(training_schedule(parts()), experiment.optim, experiment.train, points,
                         metrics);
}

CheckpointInfo BuiltExperiment::checkpoint_info(const TrainingState& state) const {
  return {state, config, classes(), input};
}

}  // namespace vit
