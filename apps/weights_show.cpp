#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/tensor_statistics.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/report/humanize.h"
#include "vit/report/table.h"
#include "vit/weights/recognise.h"
#include "vit/weights/state_dict.h"
#include "vit/weights/weights_path.h"

namespace vit::cli {
namespace {

struct WeightsShowArguments {
  std::string file, part;
  bool json = false;
};

/// What model the tensors are of, or why that is not known.
nlohmann::json fits(const std::string& path, const StateDict& dict) {
  nlohmann::json found{{"naming", "unknown"}};
  try {
    const WeightsFile file{path, dict.format, dict.part, dict.metadata,
                           to_timm(dict.tensors, path)};
    found["naming"] = file.weights.convention->name;
    const Recognised model = recognise(file);
    found["model"] = model.name;
    found["options"] = model.options;
    found["recognised_by"] = model.source;
    found["assumptions"] = model.assumptions;
  } catch (const Error& problem) {
    found["model"] = nullptr;
    found["reason"] = problem.what();
  }
  return found;
}

std::string fits_text(const nlohmann::json& found) {
  std::string text = "naming  " + found["naming"].get<std::string>();
  if (found["model"].is_null())
    return text + "\nmodel   unknown: " + found["reason"].get<std::string>();
  text += "\nmodel   " + found["model"].get<std::string>() + ", recognised by " +
          found["recognised_by"].get<std::string>();
  for (const auto& [option, value] : found["options"].items())
    text += "\n          " + option + ": " + value.get<std::string>();
  for (const auto& assumption : found["assumptions"])
    text += "\n        assumed: " + assumption.get<std::string>();
  return text;
}

/// Which dict of a checkpoint the tensors are from, and which others could be shown.
std::string parts_text(const StateDict& file) {
  std::string text;
  if (!file.part.empty()) text = "part    " + printable(file.part);
  for (const std::string& choice : file.choices)
    if (choice != file.part) text += "\n        also there: --part " + printable(choice);
  return text;
}

void show(const WeightsShowArguments& arguments) {
  const std::filesystem::path path = weights_path(arguments.file);
  const StateDict file = read_state_dict(path, arguments.part);
  const nlohmann::json model = fits(path.string(), file);
  TextTable table({{"tensor"},
                   {"type"},
                   {"shape"},
                   {"mean", Align::right},
                   {"std", Align::right},
                   {"least", Align::right},
                   {"greatest", Align::right}});
  nlohmann::json rows = nlohmann::json::array();
  std::int64_t elements = 0, bytes = 0;
  for (const auto& [name, tensor] : file.tensors) {
    const TensorStatistics of = statistics(tensor);
    const std::string type(c10::toString(tensor.scalar_type()));
    elements += tensor.numel();
    bytes += static_cast<std::int64_t>(tensor.nbytes());
    table.add({printable(name), type, vit::str(tensor.sizes()), figure(of.mean), figure(of.std),
               figure(of.least), figure(of.greatest)});
    rows.push_back({{"name", name},
                    {"dtype", type},
                    {"shape", tensor.sizes().vec()},
                    {"mean", of.mean},
                    {"std", of.std},
                    {"min", of.least},
                    {"max", of.greatest},
                    {"not_finite", of.not_finite}});
  }
  if (arguments.json)
    return print_json({{"file", arguments.file},
                       {"format", file.format},
                       {"part", file.part},
                       {"parts", file.choices},
                       {"metadata", file.metadata},
                       {"fits", model},
                       {"tensors", rows}});
  // Before hundreds of rows, as they depend on it.
  if (const std::string parts = parts_text(file); !parts.empty()) print(parts + "\n");
  print(table.text());
  std::string text = arguments.file + ": " + file.format + ", " +
                     std::to_string(file.tensors.size()) + " tensors, " + grouped(elements) +
                     " elements, " + human_bytes(static_cast<double>(bytes));
  constexpr std::size_t kShown = 100;
  for (const auto& [key, value] : file.metadata)
    text += "\n" + printable(key) + ": " + printable(value.substr(0, kShown)) +
            (value.size() > kShown ? "…" : "");
  print(text + "\n" + fits_text(model));
}

}  // namespace

void add_weights_show(CLI::App& weights) {
  CLI::App* command = weights.add_subcommand(
      "show", "Tensors of a weights file, with statistics, and the model that they fit");
  command->footer(
      "Examples:\n"
      "  vit weights show dino.pth\n"
      "  vit weights show dino.pth --part student --json");
  const auto arguments = std::make_shared<WeightsShowArguments>();
  command
      ->add_option("file", arguments->file,
                   "safetensors, .pth, .pt, .bin, .ot or .npz; a folder or an index of shards")
      ->required();
  command->add_option("--part", arguments->part,
                      "Which dict of a checkpoint, as in model_ema or teacher");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { show(*arguments); });
}

}  // namespace vit::cli
