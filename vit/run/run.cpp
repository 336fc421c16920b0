#include "vit/run/run.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <system_error>
#include <tuple>
#include <utility>

#include "vit/config/yaml_document.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/experiment/config_difference.h"
#include "vit/experiment/unread_options.h"
#include "vit/export/torchscript.h"
#include "vit/io/atomic_file.h"
#include "vit/io/checksum.h"
#include "vit/models/profile.h"
#include "vit/nn/lora.h"
#include "vit/report/events.h"
#include "vit/report/progress_observer.h"
#include "vit/report/run_recorder.h"
#include "vit/run/batch_section.h"
#include "vit/run/built_experiment.h"
#include "vit/run/dry_run.h"
#include "vit/run/plan.h"
#include "vit/run/report_run.h"
#include "vit/run/resume.h"
#include "vit/run/run_checksums.h"
#include "vit/run/run_record.h"
#include "vit/run/run_summary.h"
#include "vit/train/checkpoint_writer.h"
#include "vit/train/environment.h"
#include "vit/train/run_directory.h"

namespace vit {
namespace {

/// What a person should know of a run goes to the log file too: its epochs and notes.
class LogObserver final : public Observer {
 public:
  void on_epoch(const EpochEvent& event) override {
    log::to_file(log::Level::info, epoch_line(epoch_summary(event)));
  }
  void on_note(const std::string& text) override { log::to_file(log::Level::info, text); }
};

namespace fs = std::filesystem;

/// What two runs on the same data have in common: the number of samples, and a checksum of their
/// names, of which ten thousand must do.
std::string data_text(const DataSplits& data) {
  const auto text = [](const Dataset& set) {
    constexpr std::int64_t kMost = 10'000;
    Crc32 sum;
    const std::int64_t step = std::max<std::int64_t>(1, set.size() / kMost);
    for (std::int64_t i = 0; i < set.size(); i += step) {
      const std::string name = fs::path(set.source(i)).filename().string();
      sum.update(std::as_bytes(std::span(name)));
    }
    return vit::str(set.size(), " (", sum.hex(), ")");
  };
  return vit::str("training ", text(*data.train), ", validation ", text(*data.val));
}

/// Every key that has a say in results: TensorBoard shows those in which runs differ.
HParams hparams(const Experiment& experiment) {
  HParams options;
  for (const auto& [key, value] : config_values(experiment)) {
    const bool is_scalar = !value.empty() && value.find_first_of("[{\n") == std::string::npos;
    if (is_scalar && !changes_no_result(key)) options.emplace_back(key, value);
  }
  return options;
}

/// Rewrites the report after each epoch, from the files that the other observers have written.
class ReportObserver final : public Observer {
 public:
  ReportObserver(const RunDirectory& directory, BuiltExperiment& built)
      : directory_(directory),
        experiment_(built.experiment),
        parameters_(parameter_count(built.task->network())),
        curves_(report_curves(built)) {}

  void on_epoch(const EpochEvent&) override {
    try {
      write_report(directory_, run_report(directory_, experiment_, parameters_, curves_));
    } catch (const Error& problem) {  // a full disk ends no training
      if (!std::exchange(told_, true))
        log::warn("the report cannot be written yet; training goes on. " + problem.problem());
    }
  }

 private:
  const RunDirectory& directory_;
  const Experiment& experiment_;
  std::int64_t parameters_;
  std::vector<ScheduleCurve> curves_;
  bool told_ = false;
};

/// A run that leaves a run directory.
class Run {
 public:
  Run(const RunRequest& request, BuiltExperiment& built, const std::vector<Observer*>& observers,
      const std::atomic<bool>* stop, std::pair<std::string, std::vector<ConfigChange>> changes)
      : request_(request),
        observers_(observers),
        stop_(stop),
        built_(built),
        changes_(std::move(changes)) {}

  RunResult run() {
    const Place place = choose_place(request_);
    const RunDirectory directory(place.directory);
    directory.create();
    const RunLock lock(directory);
    const log::FileSink log_file(directory.log());
    try {
      prepare(directory, place);
      const TrainingEnd end = train_to_the_end(directory);
      RunResult result{.directory = directory.root(), .end = end, .best_epoch = state_.best_epoch};
      if (end == TrainingEnd::complete) {
        finish(directory, result);
      } else {
        log::to_file(log::Level::info,
                     vit::str("interrupted after ", state_.epoch, " epochs and ", state_.batch,
                              " batches; everything up to here is saved"));
        record_end(directory, RunState::stopped);
      }
      return result;
    } catch (const std::exception& problem) {
      log::to_file(log::Level::error, problem.what());
      record_end(directory, RunState::failed, problem.what());
      throw;
    }
  }

 private:
  void prepare(const RunDirectory& directory, const Place& place) {
    std::optional<SoundCheckpoint> from;
    if (place.look_for_checkpoint) from = newest_sound_checkpoint(directory);
    // Also without a checkpoint: a process that was killed before its first one has left rows.
    resumed_ = place.look_for_checkpoint || place.checkpoint;
    if (place.checkpoint) from = {*place.checkpoint, read_checkpoint_info(*place.checkpoint)};
    if (from) {
      check_config_unchanged(*from, built_.experiment, request_.allow_change);
      check_classes_unchanged(*from, *built_.experiment.task, built_.classes());
      restore_checkpoint(from->path, built_.task->network(), *built_.optimizer, built_.ema());
      state_ = from->info.state;
      if (from->path == directory.last_checkpoint()) last_update_ = state_.update;
      const std::string moved = refit_to_batches(state_, *from, built_);
      if (!moved.empty()) log::info(moved);
      log::info(vit::str("going on from ", from->path.string(), ": ", state_.epoch, " epochs and ",
                         state_.batch, " batches are done"));
    }
    std::error_code error;
    fs::remove(directory.done(), error);
    write_file_atomically(directory.config(), built_.config);
    nlohmann::ordered_json env;
    for (const auto& [key, value] : environment(built_.device)) env[key] = value;
    env["data"] = data_text(built_.data);
    write_file_atomically(directory.environment(), env.dump(1) + "\n");
    record_ = run_record(built_.experiment);
    std::tie(record_->base, record_->changes) = changes_;
    write_run_record(directory, *record_);
    log::info(built_.summary());
    for (const std::string& remark : data_remarks(built_.experiment.data, built_.data))
      log::warn(remark);
    log::info("parameter groups\n" + param_group_table(built_.optimizer->groups()));
    log::info(vit::str("run directory ", directory.root().string()));
  }

  TrainingEnd train_to_the_end(const RunDirectory& directory) {
    if (!built_.task->prepare(stop_)) return TrainingEnd::stopped;
    TrainingParts all = built_.parts();
    Network& network = built_.task->network();
    RunRecorder& recorder = recorder_.emplace(
        directory.root(),
        resumed_ ? std::optional(ResumePoint{state_.epoch, state_.update}) : std::nullopt,
        built_.task->evaluation()->metrics(), built_.task->parts(), hparams(built_.experiment));
    ReportObserver report_observer(directory, built_);
    CheckpointWriter writer(directory,
                            {.keep = built_.experiment.train.keep_checkpoints,
                             .background = built_.experiment.train.background_checkpoints},
                            last_update_);
    Ema* ema = built_.ema();
    LogObserver log_observer;
    TrainingHooks hooks;
    hooks.pause_after = request_.pause_after;
    hooks.stop = stop_;
    hooks.observers = observers_;
    hooks.observers.push_back(&recorder);
    hooks.observers.push_back(&log_observer);
    hooks.observers.push_back(&report_observer);
    hooks.save = [&](CheckpointKind kind, const TrainingState& state) {
      writer.save(kind, checkpoint_tensors(network, *built_.optimizer, ema),
                  built_.checkpoint_info(state));
      if (const auto failure = writer.take_failure())
        log::warn("a checkpoint could not be saved; training goes on. " + *failure);
    };
    hooks.before_change = [&] { writer.settle(); };
    hooks.save_trouble = [&](const UpdateEvent& event, const TrainingState& before) {
      fs::create_directories(directory.trouble_samples(event.update).parent_path());
      write_file_atomically(directory.trouble_samples(event.update), trouble_json(event));
      write_checkpoint(directory.trouble_checkpoint(event.update),
                       checkpoint_tensors(network, *built_.optimizer, ema),
                       built_.checkpoint_info(before));
    };
    hooks.roll_back = [&] {
      writer.finish();
      const auto sound = newest_sound_checkpoint(directory);
      if (sound) restore_checkpoint(sound->path, network, *built_.optimizer, ema);
      return sound.has_value();
    };
    const TrainingEnd end = train(all, state_, hooks);
    writer.finish();
    recorder.write_rows();
    const CheckpointWriter::Cost cost = writer.cost();
    log::debug(vit::str(cost.count, cost.count == 1 ? " checkpoint" : " checkpoints",
                        ": training was held back for ", cost.held, " s while they took ",
                        cost.written, " s to write"));
    return end;
  }

  /// Writes down how the run ended, as far as the disk lets it.
  void record_end(const RunDirectory& directory, RunState end, const std::string& problem = "") {
    if (!record_) return;  // it has not got so far as to change anything
    record_->end = end;
    record_->problem = problem;
    try {
      write_run_record(directory, *record_);
    } catch (const Error& full) {
      log::to_file(log::Level::error, full.what());
    }
  }

  /// The best weights are evaluated, exported and reported.
  void finish(const RunDirectory& directory, RunResult& result) {
    const auto evaluation = evaluate_checkpoint(built_, checkpoint_to_keep(directory));
    if (built_.experiment.exported.torchscript)
      export_torchscript(built_.task->exported(),
                         {built_.experiment.model.name, built_.classes(), built_.input,
                          exported_task(built_.experiment.task)},
                         directory.torchscript());
    RunReport report =
        run_report(directory, built_.experiment, parameter_count(built_.task->network()),
                   report_curves(built_, state_.metrics));
    report.warnings.clear();  // it lacks nothing but DONE, which comes last
    report.best_epoch = state_.best_epoch;
    if (state_.best_epoch == 0)
      report.warnings.emplace_back(
          "No epoch is the best, as no metric was a number: the last one "
          "was evaluated.");
    add_evaluation(report, *evaluation, *built_.data.val);
    if (auto batch = batch_section(built_)) report.sections.push_back(std::move(*batch));
    recorder_->show(report.sections, state_.update);
    recorder_->complete();
    write_report(directory, report);
    write_predictions(directory, *evaluation);
    write_run_checksums(directory, run_checksums(directory));
    record_end(directory, RunState::done);
    write_file_atomically(directory.done(), "");
    result.best = evaluation->metrics();
    result.headline = evaluation->headline();
  }

  const RunRequest& request_;
  std::vector<Observer*> observers_;
  const std::atomic<bool>* stop_;
  BuiltExperiment& built_;
  std::pair<std::string, std::vector<ConfigChange>> changes_;
  TrainingState state_;
  std::optional<RunRecord> record_;  // once the run has begun
  std::optional<RunRecorder> recorder_;
  bool resumed_ = false;
  std::optional<std::int64_t> last_update_;  // of the checkpoint `last`, where it is sound
};

}  // namespace

std::pair<std::string, std::vector<ConfigChange>> experiment_changes(
    const Experiment& experiment, const fs::path& file, const std::vector<std::string>& sets) {
  std::string base = "the defaults";
  Experiment before;
  try {
    const std::vector<fs::path> files = YamlDocument::load(file).files();
    if (files.size() > 1) {
      before = load_experiment(files[1]);
      base = files[1].filename().string();
    } else if (!sets.empty()) {
      before = load_experiment(file);
      base = file.filename().string();
    }
  } catch (const Error&) {  // without what is laid over it, it may be no whole experiment
  }
  return {base, config_changes(before, experiment)};
}

RunResult run_experiment(const RunRequest& request, const std::vector<Observer*>& observers,
                         const std::atomic<bool>* stop) {
  Experiment experiment = load_experiment(request.experiment, request.sets);
  for (const std::string& line : unread_options(experiment)) log::warn(line);
  auto changes = experiment_changes(experiment, request.experiment, request.sets);
  BuiltExperiment built(std::move(experiment));
  RunResult result;
  if (request.dry_run) {
    dry_run(built);
  } else if (request.find_lr || request.find_batch_size) {
    // Nothing is kept of what the model learns in them.
    if (!built.task->prepare(stop)) return result;
    TrainingParts all = built.parts();
    if (request.find_lr) log::info(lr_finding_text(find_lr(all)));
    if (request.find_batch_size) log::info(batch_finding_text(find_batch_size(all)));
  } else if (request.profile > 0) {
    // The training loop itself for a few steps, listened to after some to warm up.
    if (!built.task->prepare(stop)) return result;
    TrainingParts all = built.parts();
    result.profile = profile_steps(all, request.profile);
  } else {
    if (request.inspect) request.inspect(built);
    result = Run(request, built, observers, stop, std::move(changes)).run();
  }
  return result;
}

}  // namespace vit
