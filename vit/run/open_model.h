#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "vit/experiment/experiment.h"
#include "vit/export/model_card.h"
#include "vit/image/input_spec.h"
#include "vit/models/image_model.h"
#include "vit/train/training_state.h"

namespace vit {

/// A trained model with all that is needed to use it.
struct TrainedModel {
  std::filesystem::path checkpoint;
  bool trained_here = true;           ///< from a run of `vit train`, and not weights of elsewhere
  std::shared_ptr<ImageModel> model;  ///< that the task builds on; with it: the whole network
  std::shared_ptr<Task> task;
  InputSpec preprocessing;
  std::vector<std::string> labels;
  Experiment experiment;
  TrainingState state;
};

/// The checkpoint file meant by `path`: itself, or a run directory's best (else last) checkpoint.
/// Throws Error (weights) where there is none.
[[nodiscard]] std::filesystem::path find_checkpoint(const std::filesystem::path& path);

/// Builds the model of a run directory or a checkpoint and loads its weights, in evaluation mode;
/// or that of weights of elsewhere (a file, or a folder that holds them), as open_named_model does
/// for `auto`. `sets` changes keys of the experiment that it was trained by, as in
/// `data.root=other`. Throws Error (weights) where the path means neither.
[[nodiscard]] TrainedModel open_model(const std::filesystem::path& path,
                                      const std::vector<std::string>& sets = {});

/// A model of `vit models`, or `auto` for the one that the weights are for, with weights of any
/// known format and naming, in evaluation mode. Labels are those beside the weights, else numbers.
/// `sets` changes keys of the experiment, as in `model.num_heads=6`. Logs what was recognised and
/// loaded. Throws Error (usage) where there is no such model, Error (weights).
[[nodiscard]] TrainedModel open_named_model(const std::string& name, const std::string& weights,
                                            const std::vector<std::string>& sets = {});

/// The task of an experiment on the model that it builds on, to be used and not trained; on the
/// CPU. `classes`: what its outputs are called.
[[nodiscard]] std::unique_ptr<Task> make_task(const Experiment& experiment,
                                              std::shared_ptr<ImageModel> model,
                                              const InputSpec& input,
                                              std::vector<std::string> classes);

/// What an exported file says of it.
[[nodiscard]] ModelCard model_card(const TrainedModel& trained);

/// A model to be used beside the one that learns: a run as it is, or weights of elsewhere, for
/// images of this size and this many classes; `name` as in `vit models`, or auto.
[[nodiscard]] OpenedModel open_beside(const std::string& name, const std::string& weights,
                                      Size2 size, std::int64_t classes);

/// Whether `path` is of a run of `vit train`, and not weights of elsewhere; also where there is no
/// such path.
[[nodiscard]] bool is_trained_here(const std::filesystem::path& path);

/// Throws Error (usage) at `where`, such as `--model`, unless `name` is one of `vit models`, or
/// `auto`.
void require_model_name(const std::string& name, const std::string& where);

}  // namespace vit
