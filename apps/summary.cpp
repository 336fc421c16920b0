#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/models/profile.h"
#include "vit/report/humanize.h"
#include "vit/report/table.h"
#include "vit/run/open_model.h"

namespace vit::cli {
namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[B";
  for (std::size_t i = 1; i < shape.size(); ++i) text += ", " + std::to_string(shape[i]);
  return text + "]";
}

/// Throws Error (usage) unless it is the name of a model.
void require_model(const std::string& what) {
  std::error_code error;
  if (std::filesystem::exists(what, error))
    throw Error(ErrorKind::usage, printable_path(what),
                "is neither a model of `vit models` nor an experiment file (.yaml)",
                "`vit weights show FILE` looks into weights; of a run, name its config.yaml");
  require_model_name(what, "vit summary");
}

/// The model of an experiment file, or a named one.
ModelSpec spec_of(const std::string& what, const std::vector<std::string>& sets) {
  const bool is_file = what.ends_with(".yaml") || what.ends_with(".yml");
  if (!is_file) require_model(what);
  if (!is_file) return parse_experiment("model: {name: \"" + what + "\"}", what, sets).model;
  Experiment experiment = load_experiment(what, sets);
  resolve(experiment, *open_data(experiment.data.set, WantedSplits::train).train);
  return experiment.model;
}

void summarize(const std::string& what, const std::vector<std::string>& sets, bool json) {
  const ModelSpec spec = spec_of(what, sets);
  const ModelProfile found = profile(*create_model(spec));
  const double weight_bytes = 4.0 * static_cast<double>(found.parameters);
  // AdamW keeps the weights, a gradient and two moments of each.
  const double training_bytes = 4 * weight_bytes;
  if (json) {
    nlohmann::json layers = nlohmann::json::array();
    for (const LayerProfile& layer : found.layers)
      layers.push_back({{"name", layer.name},
                        {"operation", layer.operation},
                        {"output", layer.output},
                        {"parameters", layer.parameters},
                        {"multiply_adds", layer.multiply_adds}});
    print_json({{"model", spec.name},
                {"parameters", found.parameters},
                {"multiply_adds", found.multiply_adds},
                {"weight_bytes", weight_bytes},
                {"activation_bytes_per_image", found.activation_bytes},
                {"layers", layers}});
    return;
  }
  TextTable table({{"layer"},
                   {"operation"},
                   {"output"},
                   {"parameters", Align::right},
                   {"multiply-adds", Align::right}});
  for (const LayerProfile& layer : found.layers)
    table.add({layer.name, layer.operation, shape_text(layer.output),
               layer.parameters ? grouped(layer.parameters) : "",
               layer.multiply_adds ? human_count(static_cast<double>(layer.multiply_adds)) : ""});
  print(table.text());
  print(spec.name + "\n  parameters     " + grouped(found.parameters) + "\n  multiply-adds  " +
        human_count(static_cast<double>(found.multiply_adds)) +
        " for one picture\n  weights        " + human_bytes(weight_bytes) +
        " in fp32; with gradients and AdamW's moments " + human_bytes(training_bytes) +
        "\n  activations    about " + human_bytes(static_cast<double>(found.activation_bytes)) +
        " for one picture in training, fp32");
}

}  // namespace

void add_summary(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "summary", "Layers, shapes, parameters, multiply-adds and memory of a model");
  command->footer(
      "Examples:\n"
      "  vit summary vit_small_patch16_224\n"
      "  vit summary vit_small_patch16_224 --set model.img_size=384\n"
      "  vit summary experiments/quickstart.yaml");
  struct Arguments {
    std::string model;
    std::vector<std::string> sets;
    bool json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("model", arguments->model, "A name of `vit models`, or an experiment file")
      ->required();
  add_sets(*command, arguments->sets);
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { summarize(arguments->model, arguments->sets, arguments->json); });
}

}  // namespace vit::cli
