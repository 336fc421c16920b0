#include "vit/config/run.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "vit/config/open_model.h"
#include "vit/config/recognised_model.h"
#include "vit/config/run_summary.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/export/torchscript.h"
#include "vit/io/atomic_file.h"
#include "vit/report/humanize.h"
#include "vit/report/run_recorder.h"
#include "vit/train/checkpoint.h"
#include "vit/train/device.h"
#include "vit/train/environment.h"
#include "vit/train/run_directory.h"
#include "vit/weights/load.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

/// The run directory and the checkpoint to go on from, if any.
struct Place {
  fs::path directory;
  std::optional<fs::path> checkpoint;
};

fs::path latest_unfinished(const fs::path& parent, const std::string& name) {
  std::error_code error;
  fs::path latest = parent / name;
  for (int number = 2; fs::exists(parent / (name + "-" + std::to_string(number)), error); ++number)
    latest = parent / (name + "-" + std::to_string(number));
  return latest;
}

Place choose_place(const RunRequest& request) {
  const std::string name = request.experiment.stem().string();
  const fs::path parent = "runs";
  std::error_code error;
  if (!request.resume) {
    if (!request.output) return {free_run_directory(parent, name), std::nullopt};
    if (RunDirectory(*request.output).used())
      throw Error(ErrorKind::usage, request.output->string(), "holds a run already",
                  "go on with it by --resume auto, or choose another --output");
    return {*request.output, std::nullopt};
  }
  if (*request.resume == "auto") {
    const fs::path directory = request.output.value_or(latest_unfinished(parent, name));
    const fs::path last = RunDirectory(directory).last_checkpoint();
    if (!fs::exists(last, error)) {
      // Nothing to go on from yet: `--resume auto` starts, so that one command serves a cluster's
      // restarts.
      return {directory, std::nullopt};
    }
    return {directory, last};
  }
  const fs::path checkpoint = *request.resume;
  if (!fs::is_regular_file(checkpoint, error))
    throw Error(ErrorKind::weights, checkpoint.string(), "is no checkpoint file",
                "--resume takes `auto` or a file in a run's checkpoints/");
  const fs::path of_run = fs::absolute(checkpoint).parent_path().parent_path();
  return {request.output.value_or(of_run), checkpoint};
}

/// Tells which lines of the config are not those of the checkpoint; most changes are meant.
void warn_of_changes(const std::string& before, const std::string& now) {
  std::istringstream old_lines(before), new_lines(now);
  std::string old_line, new_line;
  while (std::getline(old_lines, old_line) && std::getline(new_lines, new_line))
    if (old_line != new_line)
      log::warn(vit::str("the config has changed since the checkpoint: was `", old_line, "`, is `",
                         new_line, "`"));
}

class Run {
 public:
  Run(const RunRequest& request, const std::vector<Observer*>& observers,
      const std::atomic<bool>* stop)
      : request_(request),
        observers_(observers),
        stop_(stop),
        experiment_(load_experiment(request.experiment, request.sets)) {}

  RunResult run() {
    set_compute_threads(experiment_.train.threads);
    build();
    if (request_.dry_run) return dry_run();
    const Place place = choose_place(request_);
    const RunDirectory directory(place.directory);
    directory.create();
    const RunLock lock(directory);
    const log::FileSink log_file(directory.log());
    prepare(directory, place.checkpoint);
    const TrainingEnd end = train_to_the_end(directory, place.checkpoint.has_value());
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
    data_ = open_data(experiment_.data.set);
    resolve(experiment_, *data_.train);
    model_ = create_model(experiment_.model);
    model_->init_weights(static_cast<std::uint64_t>(experiment_.seed));
    if (experiment_.init.weights) {
      for (const std::string& line : recognition(experiment_)) log::info(line);
      const LoadReport report = load_initial_weights(*model_, experiment_);
      log::info(vit::str(*experiment_.init.weights, ": ", report.summary()));
      experiment_.recognised.reset();  // the file's tensors have been copied
    }
    model_->module().to(device_);
    task_ = create_task(experiment_.task, *model_);
    optimizer_ =
        create_optimizer(experiment_.optim, param_groups(*model_, experiment_.optim.weight_decay));
    input_ = experiment_preprocessing(experiment_);
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
            .seed = static_cast<std::uint64_t>(experiment_.seed)};
  }

  void make_pipelines() {
    train_pipeline_ = Pipeline::training(input_, experiment_.augment.train,
                                         static_cast<std::uint64_t>(experiment_.seed));
    val_pipeline_ = Pipeline::evaluation(input_);
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
    return {};
  }

  [[nodiscard]] std::string plan() const {
    return vit::str("model ", experiment_.model.name, ", ",
                    human_count(static_cast<double>(parameter_count(*model_))),
                    " parameters; data ", experiment_.data.set.name, ", ", data_.train->size(),
                    " training and ", data_.val->size(), " validation pictures of ",
                    data_.train->classes().size(), " classes; ", device_description(device_), ", ",
                    experiment_.train.amp);
  }

  void prepare(const RunDirectory& directory, const std::optional<fs::path>& checkpoint) {
    make_pipelines();
    if (checkpoint) {
      const CheckpointInfo info = read_checkpoint_info(*checkpoint);
      restore_checkpoint(*checkpoint, *model_, *optimizer_);
      state_ = info.state;
      warn_of_changes(info.config, config_text_);
      log::info(vit::str("going on from ", checkpoint->string(), ": ", state_.epoch, " epochs and ",
                         state_.batch, " batches are done"));
    }
    std::error_code error;
    fs::remove(directory.done(), error);
    write_file_atomically(directory.config(), config_text_);
    nlohmann::json env;
    for (const auto& [key, value] : environment(device_)) env[key] = value;
    write_file_atomically(directory.environment(), env.dump(1) + "\n");
    log::info(plan());
    log::info(vit::str("run directory ", directory.root().string()));
  }

  TrainingEnd train_to_the_end(const RunDirectory& directory, bool resumed) {
    RunRecorder recorder(
        directory.root(),
        resumed ? std::optional(ResumePoint{state_.epoch, state_.update}) : std::nullopt);
    TrainingHooks hooks;
    hooks.stop = stop_;
    hooks.observers = observers_;
    hooks.observers.push_back(&recorder);
    hooks.save = [&](CheckpointKind kind, const TrainingState& state) {
      write_checkpoint(
          kind == CheckpointKind::best ? directory.best_checkpoint() : directory.last_checkpoint(),
          *model_, *optimizer_, {state, config_text_, data_.train->classes(), input_});
    };
    TrainingParts all = parts();
    return train(all, state_, hooks);
  }

  /// The best weights are evaluated, exported and reported.
  Metrics finish(const RunDirectory& directory) {
    load_weights(*model_, directory.best_checkpoint());
    ClassifyEvaluation evaluation(*model_);
    run_evaluation(evaluation, *model_, *data_.val, *val_pipeline_,
                   loader_options(experiment_.data), device_, experiment_.train.amp);
    if (experiment_.exported.torchscript)
      export_torchscript(*model_, {experiment_.model.name, data_.train->classes(), input_},
                         directory.torchscript());
    write_run_report(directory, experiment_, evaluation, *data_.val, *model_, state_, device_);
    write_file_atomically(directory.done(), "");
    return evaluation.metrics();
  }

  const RunRequest& request_;
  const std::vector<Observer*>& observers_;
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
  TrainingState state_;
};

}  // namespace

RunResult run_experiment(const RunRequest& request, const std::vector<Observer*>& observers,
                         const std::atomic<bool>* stop) {
  return Run(request, observers, stop).run();
}

}  // namespace vit
