#include "vit/run/resume.h"

#include <algorithm>
#include <system_error>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/experiment/config_difference.h"
#include "vit/weights/load_report.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

fs::path latest_run(const fs::path& parent, const std::string& name) {
  std::error_code error;
  fs::path latest = parent / name;
  for (int number = 2; fs::exists(parent / (name + "-" + std::to_string(number)), error); ++number)
    latest = parent / (name + "-" + std::to_string(number));
  return latest;
}

}  // namespace

Place choose_place(const RunRequest& request) {
  const std::string name = request.experiment.stem().string();
  const fs::path parent = "runs";
  std::error_code error;
  if (!request.resume) {
    if (!request.output) return {free_run_directory(parent, name), false, std::nullopt};
    if (RunDirectory(*request.output).used())
      throw Error(ErrorKind::usage, request.output->string(), "holds a run already",
                  "go on with it by --resume auto, or choose another --output");
    return {*request.output, false, std::nullopt};
  }
  // Where there is nothing to go on from yet, `--resume auto` starts, so that one command serves a
  // cluster's restarts.
  if (*request.resume == "auto")
    return {request.output.value_or(latest_run(parent, name)), true, std::nullopt};
  const fs::path checkpoint = *request.resume;
  if (!fs::is_regular_file(checkpoint, error))
    throw Error(ErrorKind::weights, checkpoint.string(), "is no checkpoint file",
                "--resume takes `auto` or a file in a run's checkpoints/");
  const fs::path of_run = fs::absolute(checkpoint).parent_path().parent_path();
  return {request.output.value_or(of_run), false, checkpoint};
}

std::optional<SoundCheckpoint> newest_sound_checkpoint(const RunDirectory& directory) {
  std::vector<fs::path> candidates{directory.last_checkpoint()};
  for (const fs::path& kept : directory.kept_checkpoints()) candidates.push_back(kept);
  candidates.push_back(directory.best_checkpoint());
  std::optional<Error> first_problem;
  for (const fs::path& path : candidates) {
    std::error_code error;
    if (!fs::exists(path, error)) continue;
    try {
      SoundCheckpoint found{path, read_checkpoint_info(path)};
      if (first_problem) log::warn("going on from an older checkpoint, " + path.string());
      return found;
    } catch (const Error& problem) {
      log::warn(vit::str(problem.where(), ": ", problem.problem()));
      if (!first_problem) first_problem = problem;
    }
  }
  if (first_problem)
    throw Error(
        ErrorKind::weights, directory.root().string(),
        vit::str("no checkpoint of the run is sound; the newest: ", first_problem->problem()),
        "remove the run directory, or start anew with another --output");
  return std::nullopt;
}

std::optional<SoundCheckpoint> checkpoint_before(const RunDirectory& directory,
                                                 std::int64_t update) {
  std::vector<fs::path> candidates{directory.trouble_checkpoint(update),
                                   directory.last_checkpoint(), directory.best_checkpoint()};
  for (const fs::path& kept : directory.kept_checkpoints()) candidates.push_back(kept);
  std::optional<SoundCheckpoint> nearest;
  for (const fs::path& path : candidates) {
    std::error_code error;
    if (!fs::exists(path, error)) continue;
    try {
      SoundCheckpoint found{path, read_checkpoint_info(path)};
      if (found.info.state.update <= update &&
          (!nearest || found.info.state.update > nearest->info.state.update))
        nearest = std::move(found);
    } catch (const Error& problem) {
      log::warn(vit::str(problem.where(), ": ", problem.problem()));
    }
  }
  return nearest;
}

std::string refit_to_batches(TrainingState& state, const SoundCheckpoint& checkpoint,
                             BuiltExperiment& built) {
  const TrainingParts parts = built.parts();
  const BatchPlan plan = training_plan(parts);
  const std::int64_t group = parts.train.grad_accum_steps;
  const auto place = [&] {
    return state.epoch * plan.updates() + (state.batch + group - 1) / group;
  };
  const Experiment before =
      parse_experiment(checkpoint.info.config, checkpoint.path.string() + " (its config)");
  const std::int64_t old_size = before.data.batch_size, size = parts.loader.batch_size;
  if (state.update + state.schedule_shift == place() && (state.batch == 0 || old_size == size))
    return {};
  // An update begins with a batch whose number is a multiple of the group.
  state.batch = std::min(state.batch * old_size / size, plan.batches()) / group * group;
  state.schedule_shift = place() - state.update;
  return str("an epoch has ", plan.updates(), " updates now, of ", size * group,
             " samples: the schedules go on at update ", place(), " of ",
             training_schedule(parts).total_updates());
}

void check_classes_unchanged(const SoundCheckpoint& checkpoint, const TaskConfig& task,
                             const std::vector<std::string>& classes) {
  const SampleParts needs = task.needs();
  const bool learns_them =
      needs.has(SamplePart::label) || needs.has(SamplePart::boxes) || needs.has(SamplePart::mask);
  if (!learns_them || checkpoint.info.labels == classes) return;
  throw Error(ErrorKind::weights, checkpoint.path.string(),
              str("was trained for the classes ", first_names(checkpoint.info.labels),
                  ", and the data has ", first_names(classes),
                  ": each output would stand for another class"),
              "put the data's classes back, or start anew from these weights, which joins classes "
              "by name: --set init.weights=" +
                  checkpoint.path.string());
}

void check_config_unchanged(const SoundCheckpoint& checkpoint, const Experiment& now,
                            bool allowed) {
  const Experiment before =
      parse_experiment(checkpoint.info.config, checkpoint.path.string() + " (its config)");
  std::string list;
  for (const ConfigChange& change : config_changes(before, now)) {
    const std::string line =
        vit::str(change.key, ": was ", change.before.empty() ? "not there" : change.before, ", is ",
                 change.now.empty() ? "not there" : change.now);
    if (allowed || changes_no_result(change.key))
      log::info("the config has changed since the checkpoint: " + line);
    else
      list += "\n  " + line;
  }
  if (!list.empty())
    throw Error(ErrorKind::usage, checkpoint.path.string(),
                "the config has changed since this checkpoint:" + list,
                "undo the change, or go on with it by --allow-change (the result is then that of "
                "neither config)");
}

}  // namespace vit
