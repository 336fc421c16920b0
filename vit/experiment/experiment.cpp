#include "vit/experiment/experiment.h"

#include <utility>

#include "vit/config/json_schema.h"
#include "vit/config/origin_writer.h"
#include "vit/config/reference.h"
#include "vit/config/yaml_document.h"
#include "vit/config/yaml_reader.h"
#include "vit/config/yaml_writer.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/experiment/recipes.h"
#include "vit/experiment/recognised_model.h"
#include "vit/weights/resample.h"

namespace vit {
namespace {

void describe(FieldVisitor& visitor, DataConfig& o) {
  describe(visitor, o.set);
  visitor.field({"batch_size", &o.batch_size, "pictures in a batch", kAtLeastOne});
  visitor.field({"workers",
                 &o.workers,
                 "threads that decode and augment; the result does not depend on it",
                 {0, 256}});
  describe(visitor, o.sampler);
  describe(visitor, o.subset);
  describe(visitor, o.cache);
  visitor.field({"max_bad", &o.max_bad,
                 "broken pictures of an epoch that others may replace; 0: the first is an error",
                 kNonNegative});
  visitor.field({"stall_timeout", &o.stall_timeout,
                 "seconds after which reading one picture is given up; 0: never", kNonNegative});
  visitor.field({"mean", &o.mean, "of each channel, of pixels in [0, 1]; null: the model's own"});
  visitor.field({"std", &o.std, "of each channel; null: the model's own", kPositive});
  visitor.field({"interpolation",
                 &o.interpolation,
                 "of the resize before evaluation; null: the model's own",
                 {},
                 {"nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"}});
  visitor.field({"crop_pct", &o.crop_pct,
                 "part that evaluation's centre crop keeps; null: the model's own", kPositive});
  visitor.field(
      {"crop_mode",
       &o.crop_mode,
       "resize before evaluation: the shorter side fits, both do (squash), the longer one "
       "does (border), none (crop), the shorter side and nothing is cropped (whole); null: the "
       "model's own",
       {},
       {"center", "squash", "border", "crop", "whole"}});
  visitor.field({"crop_fill",
                 &o.crop_fill,
                 "grey levels outside the image in evaluation, one or one for each channel; null: "
                 "the model's own, else black, and the mean for crop_mode border",
                 {0, 255}});
  visitor.field({"crop_offset",
                 &o.crop_offset,
                 "where evaluation's crop begins at half a pixel: at the even one (torchvision, "
                 "timm), or before it (transformers); null: the model's own",
                 {},
                 {"round", "floor"}});
  describe(visitor, o.decoding);
}

void describe(FieldVisitor& visitor, InitConfig& o) {
  visitor.field(
      {"weights", &o.weights,
       "weights to start from, of any known format and naming; null: from scratch; without "
       "a model.name the model is the one that they are for"});
  if (o.weights && o.weights->empty())
    throw Error(ErrorKind::usage, "init.weights", "is empty, and should be the name of a file",
                "write null to start from scratch");
  visitor.field({"reset_head", &o.reset_head, "with weights: train a new head"});
  visitor.field({"pos_embed_resample",
                 &o.pos_embed_resample,
                 "with weights for another grid: how positions are resampled; null: as the source "
                 "of the weights does it",
                 {},
                 interpolation_names()});
}

void describe(FieldVisitor& visitor, ExportConfig& o) {
  visitor.field({"torchscript", &o.torchscript, "write model.pt after training"});
}

/// Lays files, then the recipe that is asked for by then, then single values over a document.
/// Returns where the recipe's values come from, or "".
std::string compose(YamlDocument& document, const std::vector<std::string>& sets) {
  for (const std::string& change : sets)
    if (change.starts_with('@')) document.lay(change.substr(1));
  const auto chooses_recipe = [](const std::string& change) {
    return change.substr(0, change.find('=')) == "recipe";
  };
  for (const std::string& change : sets)
    if (chooses_recipe(change)) document.set(change);
  std::string recipe = take_recipe(document);
  for (const std::string& change : sets)
    if (!change.starts_with('@') && !chooses_recipe(change)) document.set(change);
  return recipe;
}

struct Reading {
  std::optional<Size2> picture = std::nullopt;
  bool resolved = false;
  ConfigOrigins* origins = nullptr;
};

Experiment read(YamlDocument document, const std::vector<std::string>& sets,
                const Reading& reading) {
  const std::string recipe = compose(document, sets);
  Experiment experiment;
  const bool num_classes_given = gives(document, "model", "num_classes");
  experiment.recognised = recognise_model(document, reading.picture);
  YamlReader reader(std::move(document));
  if (reading.resolved) reader.leave_out_unchosen();
  if (!recipe.empty()) reader.leave_out_unchosen(recipe);
  reader.read([&](FieldVisitor& visitor) { describe(visitor, experiment); });
  experiment.num_classes_given = num_classes_given;
  if (const std::string left_out = reader.left_out(); !left_out.empty())
    log::info("left out of the " + (recipe.empty() ? "config" : recipe) + ": " + left_out);
  if (reading.origins != nullptr) *reading.origins = reader.places();
  return experiment;
}

}  // namespace

void describe(FieldVisitor& visitor, Experiment& e) {
  const auto section = [&](std::string_view name, std::string_view help, auto& options) {
    visitor.section(name, help, [&](FieldVisitor& inner) { describe(inner, options); });
  };
  visitor.field({"seed", &e.seed, "of every random number", kNonNegative});
  section("data", "what is learned from", e.data);
  section("augment", "how training pictures are varied", e.augment);
  section("model", "what learns", e.model);
  section("init", "where the weights start", e.init);
  section("task", "what is learned", e.task);
  section("optim", "how weights are updated", e.optim);
  section("schedule", "how long, and at which learning rate", e.schedule);
  section("train", "how the loop runs", e.train);
  section("lora", "thin adapters that learn in place of the whole weights", e.lora);
  section("export", "what is written at the end", e.exported);
}

Experiment load_experiment(const std::filesystem::path& file, const std::vector<std::string>& sets,
                           ConfigOrigins* origins) {
  YamlDocument document = YamlDocument::load(file);
  if (document.root().entries.empty())
    log::warn(printable_path(file) + ": has no keys, so that every value is its default" +
              (sets.empty() ? "; `vit config` lists them" : ", but for what is set"));
  return read(std::move(document), sets, {.origins = origins});
}

Experiment parse_experiment(const std::string& yaml, const std::string& name,
                            const std::vector<std::string>& sets, std::optional<Size2> picture,
                            ConfigOrigins* origins) {
  return read(YamlDocument::parse(yaml, name), sets, {.picture = picture, .origins = origins});
}

Experiment parse_resolved_experiment(const std::string& yaml, const std::string& name,
                                     const std::vector<std::string>& sets) {
  return read(YamlDocument::parse(yaml, name), sets, {.resolved = true});
}

std::vector<std::string> recognition(const Experiment& experiment) {
  if (!experiment.recognised) return {};
  const Recognised& found = experiment.recognised->found;
  std::vector<std::string> lines = {vit::str("recognised as ", found.name, " by ", found.source)};
  for (const std::string& assumption : found.assumptions) lines.push_back("assumed: " + assumption);
  return lines;
}

LoadReport load_initial_weights(ImageModel& model, const Experiment& experiment) {
  LoadOptions options{.reset_head = experiment.init.reset_head};
  options.needs_head = !experiment.num_classes_given;
  options.recognised = experiment.recognised != nullptr;
  if (experiment.init.pos_embed_resample)
    options.pos_embed_resample = interpolation_of(*experiment.init.pos_embed_resample);
  if (!experiment.recognised)
    return load_weights(model, open_initial_weights(*experiment.init.weights), options);
  options.file_img_size = experiment.recognised->found.img_size;
  return load_weights(model, experiment.recognised->file, options);
}

std::vector<ReferenceRow> experiment_reference() {
  Experiment fresh;
  return reference([&](FieldVisitor& visitor) { describe(visitor, fresh); },
                   {{"model.name", model_names()}});
}

nlohmann::ordered_json experiment_schema() {
  using Json = nlohmann::ordered_json;
  Experiment fresh;
  Json schema = json_schema([&](FieldVisitor& visitor) { describe(visitor, fresh); },
                            {{"model.name", model_names()}});
  const Json file{{"type", "string"}};
  Json names = Json::array();
  for (const Recipe& recipe : recipes()) names.push_back(recipe.name);
  names.push_back(nullptr);
  Json keys{{"base",
             {{"description", "files to inherit from, relative to this one; the later win"},
              {"anyOf", {file, Json{{"type", "array"}, {"items", file}}, Json{{"type", "null"}}}}}},
            {"recipe",
             {{"description", "tested values in place of the defaults (`vit config recipes`)"},
              {"enum", std::move(names)}}}};
  keys.update(schema["properties"]);
  schema["title"] = "An experiment of vit";
  schema["properties"] = std::move(keys);
  return schema;
}

std::string experiment_yaml(const Experiment& experiment) {
  Experiment copy = experiment;
  YamlWriter writer;
  describe(writer, copy);
  return writer.text();
}

std::string experiment_yaml(const Experiment& experiment, const ConfigOrigins& origins) {
  Experiment copy = experiment;
  OriginWriter writer(origins);
  writer.name_default("model", "of " + experiment.model.name);
  describe(writer, copy);
  return writer.text();
}

std::string exported_task(const TaskSpec& task) {
  if (task.name() == task_entries().front().name) return {};
  Experiment fresh;
  fresh.task = task;
  YamlWriter writer;
  writer.section("task", "", [&](FieldVisitor& inner) { describe(inner, fresh.task); });
  return writer.text();
}

InputSpec experiment_input(const Experiment& experiment) {
  InputSpec result = preprocessing(experiment.model);
  const auto per_channel = [&](const char* key, const std::optional<std::vector<double>>& given,
                               std::vector<double>& values) {
    if (!given) return;
    if (given->size() != values.size())
      throw Error(ErrorKind::usage, key,
                  vit::str("has ", given->size(), " numbers, and the model has ", values.size(),
                           " channels"),
                  "give one number for each channel");
    values = *given;
  };
  per_channel("data.mean", experiment.data.mean, result.mean);
  per_channel("data.std", experiment.data.std, result.std);
  if (experiment.data.interpolation) result.interpolation = *experiment.data.interpolation;
  if (experiment.data.crop_pct) result.crop_pct = *experiment.data.crop_pct;
  if (experiment.data.crop_mode) result.crop_mode = *experiment.data.crop_mode;
  if (experiment.data.crop_fill) result.crop_fill = *experiment.data.crop_fill;
  if (experiment.data.crop_offset) result.crop_offset = *experiment.data.crop_offset;
  result.exif_orientation = experiment.data.decoding.exif_orientation;
  experiment.task->adapt(result, [&](std::string_view key) {
    const DataConfig& data = experiment.data;
    return (key == "crop_mode" && data.crop_mode) || (key == "crop_pct" && data.crop_pct) ||
           (key == "interpolation" && data.interpolation);
  });
  return result;
}

Pipeline training_pipeline(const Experiment& e, std::optional<Size2> img_size) {
  InputSpec input = experiment_input(e);
  if (img_size) input.img_size = *img_size;
  return Pipeline::training(input, e.augment, static_cast<std::uint64_t>(e.seed), e.data.decoding,
                            e.task->versions());
}

Pipeline evaluation_pipeline(const Experiment& e) {
  return Pipeline::evaluation(experiment_input(e), e.data.decoding, e.task->evaluated_in());
}

LoaderOptions loader_options(const DataConfig& data) {
  LoaderOptions options;
  options.batch_size = data.batch_size;
  options.workers = data.workers;
  options.sampler = data.sampler;
  options.max_bad = data.max_bad;
  options.stall_timeout = data.stall_timeout;
  return options;
}

void resolve(Experiment& experiment, const Dataset& data) {
  const auto classes = static_cast<std::int64_t>(experiment.task->classes(data).size());
  std::int64_t& outputs = num_classes(experiment.model);
  if (experiment.num_classes_given && outputs != classes)
    throw Error(ErrorKind::usage, "model.num_classes",
                vit::str("is ", outputs, ", and the data has ", classes, " classes"),
                "leave it out: training takes it from the data");
  outputs = classes;
  experiment.num_classes_given = true;
  const InputSpec input = experiment_input(experiment);
  experiment.task->adapt_augment(experiment.augment, experiment.model);
  experiment.data.mean = input.mean;
  experiment.data.std = input.std;
  experiment.data.interpolation = input.interpolation;
  experiment.data.crop_pct = input.crop_pct;
  experiment.data.crop_mode = input.crop_mode;
  if (!input.crop_fill.empty()) experiment.data.crop_fill = input.crop_fill;
  experiment.data.crop_offset = input.crop_offset;
}

}  // namespace vit
