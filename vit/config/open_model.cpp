#include "vit/config/open_model.h"

#include <system_error>

#include "vit/config/recognised_model.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/io/json.h"
#include "vit/train/checkpoint.h"
#include "vit/train/run_directory.h"
#include "vit/weights/load.h"

namespace vit {

std::filesystem::path find_checkpoint(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    throw Error(
        ErrorKind::weights, path.string(), "does not exist",
        "name a run directory (runs/NAME), a checkpoint (.safetensors) or an exported model (.pt)");
  if (!std::filesystem::is_directory(path, error)) return path;
  const RunDirectory run(path);
  for (const std::filesystem::path& file : {run.best_checkpoint(), run.last_checkpoint()})
    if (std::filesystem::exists(file, error)) return file;
  throw Error(ErrorKind::weights, path.string(),
              "is no run directory: there is no checkpoints/best.safetensors in it",
              "`vit train EXPERIMENT.yaml` makes one");
}

TrainedModel open_model(const std::filesystem::path& path) {
  TrainedModel opened;
  opened.checkpoint = find_checkpoint(path);
  const CheckpointInfo info = read_checkpoint_info(opened.checkpoint);
  opened.experiment = parse_experiment(info.config, opened.checkpoint.string() + " (its config)");
  opened.preprocessing = info.preprocessing;
  opened.labels = info.labels;
  opened.state = info.state;
  opened.model = create_model(opened.experiment.model);
  load_weights(*opened.model, opened.checkpoint);
  opened.model->module().eval();
  return opened;
}

TrainedModel open_named_model(const std::string& name, const std::string& weights,
                              const std::vector<std::string>& sets) {
  std::vector<std::string> all = {"init.weights=" + json_string(weights, "--weights")};
  all.insert(all.end(), sets.begin(), sets.end());
  TrainedModel opened;
  opened.checkpoint = weights;
  opened.experiment =
      parse_experiment("model: {name: " + json_string(name, "--model") + "}", "--model", all);
  opened.preprocessing = experiment_preprocessing(opened.experiment);
  opened.model = create_model(opened.experiment.model);
  for (const std::string& line : recognition(opened.experiment)) log::info(line);
  log::info(load_initial_weights(*opened.model, opened.experiment).summary());
  opened.model->module().eval();
  if (opened.experiment.recognised) opened.labels = opened.experiment.recognised->found.labels;
  if (static_cast<std::int64_t>(opened.labels.size()) != opened.model->num_classes()) {
    opened.labels.clear();
    for (std::int64_t i = 0; i < opened.model->num_classes(); ++i)
      opened.labels.push_back(std::to_string(i));
  }
  opened.experiment.recognised.reset();  // the file's tensors have been copied
  return opened;
}

}  // namespace vit
