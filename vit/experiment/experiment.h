#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vit/augment/options.h"
#include "vit/augment/pipeline.h"
#include "vit/core/fields.h"
#include "vit/data/cache.h"
#include "vit/data/loader.h"
#include "vit/data/registry.h"
#include "vit/data/subset.h"
#include "vit/image/input_spec.h"
#include "vit/models/registry.h"
#include "vit/nn/lora.h"
#include "vit/optim/options.h"
#include "vit/tasks/registry.h"
#include "vit/train/options.h"

namespace vit {

struct LoadReport;
struct ReferenceRow;
struct RecognisedModel;

/// The data set, how it is read, and the pixels that the model is given.
struct DataConfig {
  DataSpec set;
  std::int64_t batch_size = 128;
  std::int64_t workers = 2;
  SamplerOptions sampler;
  SubsetOptions subset;
  CacheOptions cache;
  std::int64_t max_bad = 0;
  double stall_timeout = 600;
  // The model's own unless given.
  std::optional<std::vector<double>> mean, std;
  std::optional<std::string> interpolation;
  std::optional<double> crop_pct;
  std::optional<std::string> crop_mode, crop_offset;
  std::optional<std::vector<double>> crop_fill;
  DecodePolicy decoding;
};

struct InitConfig {
  std::optional<std::string> weights;
  bool reset_head = false;
  std::optional<std::string> pos_embed_resample;  ///< the source's own unless given
};

struct ExportConfig {
  bool torchscript = true;
};

/// A whole experiment: what a YAML file says, with a default for every key.
struct Experiment {
  std::int64_t seed = 0;
  DataConfig data;
  AugmentOptions augment;
  ModelSpec model = model_spec("vit_tiny_patch16_224");
  InitConfig init;
  TaskSpec task;
  OptimOptions optim;
  ScheduleOptions schedule;
  TrainOptions train;
  LoraOptions lora;
  ExportConfig exported;

  bool num_classes_given = false;  ///< whether the user named model.num_classes
  /// Where model.name is `auto`, or init.weights stands without a model.name: the model that the
  /// weights are for, which `model` is then, with the keys that the user gave.
  std::shared_ptr<const RecognisedModel> recognised;
};
void describe(FieldVisitor& visitor, Experiment& experiment);

/// Where values come from, by their keys: `file:line:column`, `--set KEY`, `recipe NAME`,
/// `init.weights` (as recognised there). What has its default is not in it.
using ConfigOrigins = std::map<std::string, std::string, std::less<>>;

/// Reads an experiment file, and lays `sets` over it: `KEY=VALUE` (`--set`), and `@FILE` for the
/// values of another file (`-c`), all files before all KEY=VALUE. So a value is, from the weakest:
/// the default, the recipe's, that of the bases in their order, the file's, the layers', the last
/// `--set`'s. Throws Error (usage) that lists everything that is wrong with file:line:column.
[[nodiscard]] Experiment load_experiment(const std::filesystem::path& file,
                                         const std::vector<std::string>& sets = {},
                                         ConfigOrigins* origins = nullptr);
/// The same from text, such as the config in a checkpoint; `name` stands for the file in messages.
/// `picture`: size of the pictures that a model which is recognised will be given.
[[nodiscard]] Experiment parse_experiment(const std::string& yaml, const std::string& name,
                                          const std::vector<std::string>& sets = {},
                                          std::optional<Size2> picture = std::nullopt,
                                          ConfigOrigins* origins = nullptr);

/// The same of a config in which every value stands, as in a checkpoint. Where `sets` choose
/// another data set or model, keys that only the one before had are left out, and the log says so.
[[nodiscard]] Experiment parse_resolved_experiment(const std::string& yaml, const std::string& name,
                                                   const std::vector<std::string>& sets);

/// What a model was recognised by, and what was assumed; nothing where it was named.
[[nodiscard]] std::vector<std::string> recognition(const Experiment& experiment);

/// Loads init.weights, which must be given, as `init` says. Throws Error (weights).
LoadReport load_initial_weights(ImageModel& model, const Experiment& experiment);

/// Every key of an experiment, with its default.
[[nodiscard]] std::vector<ReferenceRow> experiment_reference();

/// A JSON Schema of experiment files, for editors.
[[nodiscard]] nlohmann::ordered_json experiment_schema();

/// The experiment as YAML with every value.
[[nodiscard]] std::string experiment_yaml(const Experiment& experiment);
/// The same, with a comment on each line that says where the value comes from.
[[nodiscard]] std::string experiment_yaml(const Experiment& experiment,
                                          const ConfigOrigins& origins);

/// What an exported file says of its task: its section of the experiment, as YAML on one line; ""
/// of the first task, which files without a word are of.
[[nodiscard]] std::string exported_task(const TaskSpec& task);

/// The pixels that the model is given: the model's own preprocessing with the experiment's changes.
/// Throws Error (usage) where mean or std do not have a number for each channel.
[[nodiscard]] InputSpec experiment_input(const Experiment& experiment);

/// How the data of this config is read.
[[nodiscard]] LoaderOptions loader_options(const DataConfig& data);

/// What is done to training pictures; `img_size`: for pictures of
/// another size than the model's, as schedule.img_size has them.
[[nodiscard]] Pipeline training_pipeline(const Experiment& experiment,
                                         std::optional<Size2> img_size = std::nullopt);
[[nodiscard]] Pipeline evaluation_pipeline(const Experiment& experiment);

/// Fills in what depends on the data and the model: num_classes, mean, std, interpolation,
/// crop_pct. Throws Error (usage) where the user named another number of classes than the data has.
void resolve(Experiment& experiment, const Dataset& data);

}  // namespace vit
