#include "vit/config/run.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>

#include "vit/config/experiment_data.h"
#include "vit/config/log_observer.h"
#include "vit/config/open_model.h"
#include "vit/config/plan.h"
#include "vit/config/probe.h"
#include "vit/config/recognised_model.h"
#include "vit/config/resume.h"
#include "vit/config/run_summary.h"
#include "vit/config/teacher.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/export/torchscript.h"
#include "vit/io/atomic_file.h"
#include "vit/nn/grad_checkpoint.h"
#include "vit/nn/lora.h"
#include "vit/report/humanize.h"
#include "vit/report/run_recorder.h"
#include "vit/train/batch_finder.h"
#include "vit/train/checkpoint_writer.h"
#include "vit/train/device.h"
#include "vit/train/environment.h"
#include "vit/train/freeze.h"
#include "vit/train/linear_probe.h"
#include "vit/train/lr_finder.h"
#include "vit/train/run_directory.h"
#include "vit/weights/load.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

/// Stops the run once it has seen one update.
class ReplayObserver final : public Observer {
 public:
  explicit ReplayObserver(std::int64_t update) : update_(update) {}
  void on_update(const UpdateEvent& event) override {
    if (event.update < update_) return;
    if (event.update == update_) seen = event;
    stop = true;
  }
  std::optional<UpdateEvent> seen;
  std::atomic<bool> stop{false};

 private:
  std::int64_t update_;
};

class Run {
 public:
  Run(const RunRequest& request, const std::vector<Observer*>& observers,
      const std::atomic<bool>* stop)
      : request_(request),
        observers_(observers),
        stop_(stop),
        experiment_(load_experiment(request.experiment, request.sets)) {}

  /// Takes the update again that `replay` names, from the nearest checkpoint before it.
  UpdateEvent replay(const RunDirectory& directory, std::int64_t update) {
    set_compute_threads(experiment_.train.threads);
    build();
    make_pipelines();
    if (const auto from = checkpoint_before(directory, update)) {
      restore_checkpoint(from->path, *model_, *optimizer_, ema_ ? &*ema_ : nullptr);
      state_ = from->info.state;
      log::info(vit::str("from ", from->path.string(), ", update ", state_.update));
    }
    ReplayObserver watcher(update);
    TrainingHooks hooks;
    hooks.stop = &watcher.stop;
    hooks.observers = {&watcher};
    hooks.save = [](CheckpointKind, const TrainingState&) {};
    hooks.roll_back = [] { return false; };
    TrainingParts all = parts();
    try {
      train(all, state_, hooks);
    } catch (const Error& problem) {
      if (problem.kind() != ErrorKind::numerical || !watcher.seen) throw;
    }
    if (!watcher.seen)
      throw Error(ErrorKind::usage, directory.root().string(),
                  vit::str("the run has no update ", update), "updates count from 0");
    return *watcher.seen;
  }

  RunResult run() {
    set_compute_threads(experiment_.train.threads);
    build();
    if (request_.dry_run) return dry_run();
    if (request_.find_lr || request_.find_batch_size) return find();
    if (request_.profile > 0) return profile();
    const Place place = choose_place(request_);
    const RunDirectory directory(place.directory);
    directory.create();
    const RunLock lock(directory);
    const log::FileSink log_file(directory.log());
    prepare(directory, place);
    const TrainingEnd end =
        experiment_.task.name == "linear_probe" ? probe(directory) : train_to_the_end(directory);
    RunResult result{directory.root(),
                     end,
                     {},
                     100.0 / static_cast<double>(model_->num_classes()),
                     state_.best_epoch};
    if (end == TrainingEnd::complete) result.best = finish(directory);
    return result;
  }

 private:
  void build() {
    device_ = resolve_device(experiment_.train.device);
    data_ = open_data(experiment_.data);
    resolve(experiment_, *data_.train);
    model_ = create_model(experiment_.model);
    model_->init_weights(static_cast<std::uint64_t>(experiment_.seed));
    if (experiment_.init.weights) {
      for (const std::string& line : recognition(experiment_)) log::info(line);
      const LoadReport report = load_initial_weights(*model_, experiment_);
      log::info(vit::str(*experiment_.init.weights, ": ", report.summary()));
      experiment_.recognised.reset();  // the file's tensors have been copied
    }
    if (experiment_.lora.rank > 0)
      add_lora(model_->module(), experiment_.lora, model_->classifier(),
               static_cast<std::uint64_t>(experiment_.seed));
    model_->module().to(device_);
    set_grad_checkpointing(model_->module(), experiment_.train.grad_checkpointing);
    if (experiment_.task.name == "linear_probe")
      experiment_.train.freeze = {"*", "!" + model_->classifier()};
    const std::vector<std::string> frozen = frozen_parameters(*model_, experiment_.train.freeze);
    if (!experiment_.train.unfreeze_epoch) set_learning(*model_, frozen, false);
    input_ = experiment_preprocessing(experiment_);
    task_ = create_task(experiment_.task, *model_,
                        open_teacher(experiment_, *model_, input_, *data_.train, device_));
    optimizer_ = create_optimizer(experiment_.optim, param_groups(*model_, experiment_.optim));
    if (experiment_.train.model_ema)
      ema_.emplace(*model_, EmaOptions{.decay = *experiment_.train.model_ema,
                                       .warmup = experiment_.train.model_ema_warmup,
                                       .force_cpu = experiment_.train.model_ema_force_cpu});
    config_text_ = experiment_yaml(experiment_);
  }

  TrainingParts parts() {
    return {.model = *model_,
            .task = *task_,
            .optimizer = *optimizer_,
            .train_data = *data_.train,
            .val_data = *data_.val,
            .train_pipeline = *train_pipeline_,
            .val_pipeline = *val_pipeline_,
            .loader = loader_options(experiment_.data),
            .optim = experiment_.optim,
            .schedule = experiment_.schedule,
            .train = experiment_.train,
            .device = device_,
            .seed = static_cast<std::uint64_t>(experiment_.seed),
            .ema = ema_ ? &*ema_ : nullptr,
            .pipeline_of_epoch = [this](std::int64_t epoch) -> const Pipeline& {
              const Pipeline* found = &*train_pipeline_;
              for (const auto& [from, pipeline] : sized_pipelines_)
                if (from <= epoch) found = &pipeline;
              return *found;
            }};
  }

  void make_pipelines() {
    train_pipeline_ = training_pipeline(experiment_);
    val_pipeline_ = evaluation_pipeline(experiment_);
    for (const SizeStage& stage : experiment_.schedule.img_size.items)
      sized_pipelines_.insert_or_assign(stage.epoch,
                                        training_pipeline(experiment_, stage.img_size));
  }

  /// The finders; nothing is kept of what the model learns in them.
  RunResult find() {
    make_pipelines();
    TrainingParts all = parts();
    if (request_.find_lr) log::info(lr_finding_text(find_lr(all)));
    if (request_.find_batch_size) log::info(batch_finding_text(find_batch_size(all)));
    return {};
  }

  /// The training loop itself for a few steps, listened to after some to warm up.
  RunResult profile() {
    make_pipelines();
    TrainingParts all = parts();
    RunResult result;
    result.profile = profile_steps(all, request_.profile);
    return result;
  }

  /// One batch of each split through everything, without touching the disk.
  RunResult dry_run() {
    make_pipelines();
    const TrainingParts all = parts();
    for (const bool training : {true, false}) {
      const Dataset& data = training ? all.train_data : all.val_data;
      LoaderOptions options = all.loader;
      options.workers = 0;
      std::vector<std::int64_t> few(
          static_cast<std::size_t>(std::min<std::int64_t>(2, data.size())));
      for (std::size_t i = 0; i < few.size(); ++i) few[i] = static_cast<std::int64_t>(i);
      EpochLoader loader(data, training ? all.train_pipeline : all.val_pipeline, few, 0, options);
      const std::optional<Batch> batch = loader.next();
      model_->module().eval();
      task_->evaluate()->add(batch->to(device_));
    }
    log::info(plan());
    const Schedule schedule = training_schedule(all);
    log::info("parameter groups\n" + param_group_table(optimizer_->groups()) + "\n" +
              schedule_drawing(curves(schedule, 64), experiment_.schedule.epochs,
                               schedule.total_updates()));
    return {};
  }

  [[nodiscard]] std::vector<ScheduleCurve> curves(const Schedule& schedule,
                                                  std::size_t points) const {
    return schedule_curves(schedule, experiment_.optim, experiment_.train, points, state_.metrics);
  }

  [[nodiscard]] std::string plan() const {
    return vit::str("model ", experiment_.model.name, ", ",
                    human_count(static_cast<double>(parameter_count(*model_))),
                    " parameters; data ", experiment_.data.set.name, ", ", data_.train->size(),
                    " training and ", data_.val->size(), " validation pictures of ",
                    data_.train->classes().size(), " classes; ", device_description(device_), ", ",
                    experiment_.train.amp);
  }

  void prepare(const RunDirectory& directory, const Place& place) {
    make_pipelines();
    std::optional<SoundCheckpoint> from;
    if (place.look_for_checkpoint) from = newest_sound_checkpoint(directory);
    // Also without a checkpoint: a process that was killed before its first one has left rows.
    resumed_ = place.look_for_checkpoint || place.checkpoint;
    if (place.checkpoint) from = {*place.checkpoint, read_checkpoint_info(*place.checkpoint)};
    if (from) {
      check_config_unchanged(*from, experiment_, request_.allow_change);
      restore_checkpoint(from->path, *model_, *optimizer_, ema_ ? &*ema_ : nullptr);
      state_ = from->info.state;
      if (from->path == directory.last_checkpoint()) last_update_ = state_.update;
      log::info(vit::str("going on from ", from->path.string(), ": ", state_.epoch, " epochs and ",
                         state_.batch, " batches are done"));
    }
    std::error_code error;
    fs::remove(directory.done(), error);
    write_file_atomically(directory.config(), config_text_);
    nlohmann::json env;
    for (const auto& [key, value] : environment(device_)) env[key] = value;
    write_file_atomically(directory.environment(), env.dump(1) + "\n");
    log::info(plan());
    log::info("parameter groups\n" + param_group_table(optimizer_->groups()));
    log::info(vit::str("run directory ", directory.root().string()));
  }

  [[nodiscard]] CheckpointInfo checkpoint_info(const TrainingState& state) const {
    return {state, config_text_, data_.train->classes(), input_};
  }

  TrainingEnd train_to_the_end(const RunDirectory& directory) {
    RunRecorder recorder(
        directory.root(),
        resumed_ ? std::optional(ResumePoint{state_.epoch, state_.update}) : std::nullopt);
    CheckpointWriter writer(directory,
                            {.keep = experiment_.train.keep_checkpoints,
                             .background = experiment_.train.background_checkpoints},
                            last_update_);
    Ema* ema = ema_ ? &*ema_ : nullptr;
    LogObserver log_observer;
    TrainingHooks hooks;
    hooks.stop = stop_;
    hooks.observers = observers_;
    hooks.observers.push_back(&recorder);
    hooks.observers.push_back(&log_observer);
    hooks.save = [&](CheckpointKind kind, const TrainingState& state) {
      writer.save(kind, checkpoint_tensors(*model_, *optimizer_, ema), checkpoint_info(state));
      if (const auto failure = writer.take_failure())
        log::warn("a checkpoint could not be saved; training goes on. " + *failure);
    };
    hooks.before_change = [&] { writer.settle(); };
    hooks.save_trouble = [&](const UpdateEvent& event, const TrainingState& before) {
      fs::create_directories(directory.trouble_samples(event.update).parent_path());
      write_file_atomically(directory.trouble_samples(event.update), trouble_json(event));
      write_checkpoint(directory.trouble_checkpoint(event.update),
                       checkpoint_tensors(*model_, *optimizer_, ema), checkpoint_info(before));
    };
    hooks.roll_back = [&] {
      writer.finish();
      const auto sound = newest_sound_checkpoint(directory);
      if (sound) restore_checkpoint(sound->path, *model_, *optimizer_, ema);
      return sound.has_value();
    };
    TrainingParts all = parts();
    const TrainingEnd end = train(all, state_, hooks);
    writer.finish();
    recorder.finish();
    const CheckpointWriter::Cost cost = writer.cost();
    log::debug(vit::str(cost.count, " checkpoints: training was held back for ", cost.held,
                        " s while they took ", cost.written, " s to write"));
    return end;
  }

  /// Only the head learns, on features that are computed once.
  TrainingEnd probe(const RunDirectory& directory) {
    ModelSpec headless = experiment_.model;
    num_classes(headless) = 0;
    const std::shared_ptr<ImageModel> body = create_model(headless);
    copy_weights(*model_, *body);
    body->module().to(device_);
    const std::string key = feature_key(experiment_, *body);
    const auto features = [&](const Dataset& data, const char* split) {
      return cached_features(feature_file(experiment_, key, split), key + split, [&] {
        return extract_features(*body, data, *val_pipeline_, loader_options(experiment_.data),
                                device_, experiment_.train.amp, stop_);
      });
    };
    const std::optional<Features> train = features(*data_.train, "train"),
                                  val = train ? features(*data_.val, "val") : std::nullopt;
    if (!val) return TrainingEnd::stopped;
    state_ = {};
    RunRecorder recorder(directory.root(), resumed_ ? std::optional(ResumePoint{}) : std::nullopt);
    std::vector<Observer*> observers = observers_;
    observers.push_back(&recorder);
    model_->module().to(torch::kCPU);
    TrainingParts all = parts();
    train_linear_probe(all, *train, *val, observers, state_, experiment_.task.options.smoothing);
    model_->module().to(device_);
    CheckpointWriter writer(directory, {.keep = 0, .background = false});
    writer.save(CheckpointKind::last_and_best, checkpoint_tensors(*model_, *optimizer_),
                checkpoint_info(state_));
    writer.finish();
    recorder.finish();
    return TrainingEnd::complete;
  }

  /// The best weights are evaluated, exported and reported.
  Metrics finish(const RunDirectory& directory) {
    ema_.reset();
    merge_lora(model_->module());
    load_weights(*model_, directory.best_checkpoint());
    ClassifyEvaluation evaluation(*model_);
    run_evaluation(evaluation, *model_, *data_.val, *val_pipeline_,
                   loader_options(experiment_.data), device_, experiment_.train.amp);
    if (experiment_.exported.torchscript)
      export_torchscript(*model_, {experiment_.model.name, data_.train->classes(), input_},
                         directory.torchscript());
    const bool by_plan = experiment_.task.name != "linear_probe";
    write_run_report(
        directory, experiment_, evaluation, *data_.val, *model_, state_, device_,
        by_plan ? curves(training_schedule(parts()), 200) : std::vector<ScheduleCurve>{});
    write_file_atomically(directory.done(), "");
    return evaluation.metrics();
  }

  const RunRequest& request_;
  std::vector<Observer*> observers_;
  const std::atomic<bool>* stop_;
  Experiment experiment_;
  std::string config_text_;
  c10::Device device_ = c10::kCPU;
  DataSplits data_;
  std::shared_ptr<ImageModel> model_;
  std::unique_ptr<Task> task_;
  std::unique_ptr<Optimizer> optimizer_;
  Preprocessing input_;
  std::optional<Pipeline> train_pipeline_, val_pipeline_;
  std::map<std::int64_t, Pipeline> sized_pipelines_;  // by the epoch from which they are used
  std::optional<Ema> ema_;
  TrainingState state_;
  bool resumed_ = false;
  std::optional<std::int64_t> last_update_;  // of the checkpoint `last`, where it is sound
};

}  // namespace

UpdateEvent replay_update(const std::filesystem::path& run, std::int64_t update,
                          const std::vector<std::string>& sets) {
  const RunDirectory directory(run);
  RunRequest request;
  request.experiment = directory.config();
  request.sets = sets;
  return Run(request, {}, nullptr).replay(directory, update);
}

RunResult run_experiment(const RunRequest& request, const std::vector<Observer*>& observers,
                         const std::atomic<bool>* stop) {
  return Run(request, observers, stop).run();
}

}  // namespace vit
