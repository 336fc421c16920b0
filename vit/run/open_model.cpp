#include "vit/run/open_model.h"

#include <array>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/experiment/recognised_model.h"
#include "vit/io/json.h"
#include "vit/train/checkpoint.h"
#include "vit/train/run_directory.h"
#include "vit/weights/hub_models.h"
#include "vit/weights/load.h"

namespace vit {

namespace {

namespace fs = std::filesystem;

/// A run's checkpoint, or nothing.
std::optional<fs::path> checkpoint_in(const fs::path& folder) {
  std::error_code error;
  const RunDirectory run(folder);
  for (const fs::path& file : {run.best_checkpoint(), run.last_checkpoint()})
    if (fs::exists(file, error)) return file;
  return std::nullopt;
}

/// What a user has who names an experiment where its result is wanted.
[[noreturn]] void refuse_experiment(const fs::path& file) {
  const fs::path run = fs::path("runs") / file.stem();
  throw Error(ErrorKind::weights, printable_path(file), "is an experiment file, not a model",
              checkpoint_in(run) ? "name the run that it made: " + printable_path(run)
                                 : "name the run that it makes: `vit train " +
                                       printable_path(file) + "` makes " + printable_path(run));
}

[[noreturn]] void refuse_missing(const fs::path& path) {
  const std::string name = path.string();
  throw Error(ErrorKind::weights, printable_path(path), "does not exist",
              find_hub_model(name) != nullptr
                  ? "for the pretrained weights of this name: `vit weights fetch " + name +
                        "` gets them, and tells their path"
                  : "name a run directory (runs/NAME), a checkpoint (.safetensors), an exported "
                    "model (.pt), or weights with the config.json beside them");
}

/// Whether a folder that is no run holds weights of elsewhere.
bool holds_weights(const fs::path& folder) {
  constexpr std::array<std::string_view, 5> kEndings = {".safetensors", ".bin", ".pth", ".npz",
                                                        "config.json"};
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    for (const std::string_view ending : kEndings)
      if (name.ends_with(ending)) return true;
  }
  return false;
}

bool is_experiment(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

fs::path weights_file(const fs::path& path) {
  std::error_code error;
  const fs::path usual = path / "model.safetensors";
  return fs::is_directory(path, error) && fs::exists(usual, error) ? usual : path;
}

}  // namespace

fs::path find_checkpoint(const fs::path& path) {
  std::error_code error;
  if (is_experiment(path)) refuse_experiment(path);
  if (!fs::exists(path, error)) refuse_missing(path);
  if (!fs::is_directory(path, error)) return path;
  if (const std::optional<fs::path> file = checkpoint_in(path)) return *file;
  if (RunDirectory(path).used())
    throw Error(ErrorKind::weights, printable_path(path),
                "this run has no checkpoint yet: it ended before its first one, or goes on",
                "`vit train " + printable_path(RunDirectory(path).config()) + " --output " +
                    printable_path(path) + " --resume auto` goes on with it");
  throw Error(ErrorKind::weights, printable_path(path),
              "is no run directory: there is no checkpoints/best.safetensors in it",
              "`vit train EXPERIMENT.yaml` makes one");
}

bool is_trained_here(const fs::path& path) {
  std::error_code error;
  if (is_experiment(path) || !fs::exists(path, error)) return true;
  if (!fs::is_directory(path, error)) return is_checkpoint(path);
  return checkpoint_in(path) || RunDirectory(path).used() || !holds_weights(path);
}

TrainedModel open_model(const fs::path& path, const std::vector<std::string>& sets) {
  if (!is_trained_here(path)) return open_named_model("auto", weights_file(path).string(), sets);
  TrainedModel opened;
  opened.checkpoint = find_checkpoint(path);
  const CheckpointInfo info = read_checkpoint_info(opened.checkpoint);
  opened.experiment =
      parse_resolved_experiment(info.config, opened.checkpoint.string() + " (its config)", sets);
  // What is asked for now counts; and a checkpoint of before does not say of itself that its images
  // were turned upright, but its config does.
  opened.preprocessing = sets.empty() ? info.preprocessing : experiment_input(opened.experiment);
  opened.preprocessing.exif_orientation = opened.experiment.data.decoding.exif_orientation;
  opened.labels = info.labels;
  opened.state = info.state;
  opened.model = create_model(opened.experiment.task->model(opened.experiment.model));
  opened.task = make_task(opened.experiment, opened.model, opened.preprocessing, opened.labels);
  opened.task->load(opened.checkpoint);
  opened.task->network().module().eval();
  return opened;
}

void require_model_name(const std::string& name, const std::string& where) {
  if (name == "auto") return;
  try {
    (void)model_spec(name);
  } catch (const Error& problem) {
    throw Error(problem.kind(), where, problem.problem(), problem.remedy());
  }
}

TrainedModel open_named_model(const std::string& name, const std::string& weights,
                              const std::vector<std::string>& sets) {
  require_model_name(name, "--model");
  std::vector<std::string> all = {"init.weights=" + json_string(weights, "--weights")};
  all.insert(all.end(), sets.begin(), sets.end());
  TrainedModel opened;
  opened.checkpoint = weights;
  opened.trained_here = false;
  opened.experiment =
      parse_experiment("model: {name: " + json_string(name, "--model") + "}", "--model", all);
  opened.preprocessing = experiment_input(opened.experiment);
  TaskSpec& task = opened.experiment.task;
  const bool whole = task->owns(weights);
  if (whole) task.config().take_from(weights, opened.experiment.model);
  opened.model = create_model(task->model(opened.experiment.model));
  for (const std::string& line : recognition(opened.experiment)) log::info(line);
  if (!whole) log::info(load_initial_weights(*opened.model, opened.experiment).summary());
  opened.model->module().eval();
  if (opened.experiment.recognised) opened.labels = opened.experiment.recognised->found.labels;
  const std::int64_t outputs = num_classes(opened.experiment.model);
  if (static_cast<std::int64_t>(opened.labels.size()) != outputs) {
    opened.labels.clear();
    for (std::int64_t i = 0; i < outputs; ++i) opened.labels.push_back(std::to_string(i));
  }
  opened.experiment.recognised.reset();  // the file's tensors have been copied
  opened.task = make_task(opened.experiment, opened.model, opened.preprocessing, opened.labels);
  if (whole) log::info(opened.task->load(weights).summary());
  opened.task->network().module().eval();
  return opened;
}

std::unique_ptr<Task> make_task(const Experiment& experiment, std::shared_ptr<ImageModel> model,
                                const InputSpec& input, std::vector<std::string> classes) {
  return experiment.task->make({.model = std::move(model),
                                .spec = experiment.model,
                                .input = input,
                                .classes = std::move(classes),
                                .seed = static_cast<std::uint64_t>(experiment.seed)});
}

ModelCard model_card(const TrainedModel& trained) {
  return {trained.experiment.model.name, trained.labels, trained.preprocessing,
          exported_task(trained.experiment.task)};
}

OpenedModel open_beside(const std::string& name, const std::string& weights, Size2 size,
                        std::int64_t classes) {
  if (name == "auto") {
    // Of weights of elsewhere, positions are resampled to this grid; a run is as it is.
    TrainedModel opened =
        is_trained_here(weights)
            ? open_model(weights)
            : open_named_model("auto", weights,
                               {str("model.img_size=[", size.height, ", ", size.width, "]")});
    return {opened.model, opened.preprocessing};
  }
  ModelSpec spec = model_spec(name);
  num_classes(spec) = classes;
  img_size(spec) = size;
  OpenedModel opened{create_model(spec), preprocessing(spec)};
  load_weights(*opened.model, weights);
  return opened;
}

}  // namespace vit
