#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/core/error.h"
#include "vit/export/bundle.h"
#include "vit/export/bundle_files.h"
#include "vit/run/open_model.h"
#include "vit/weights/tensors.h"

namespace vit::cli {
namespace {

struct WeightsConvertArguments {
  std::string source, model, to = "timm", output;
  std::vector<std::string> sets;
  bool json = false;
};

/// A run or checkpoint of ours, or weights of elsewhere; of which model, the user may say.
TrainedModel open(const WeightsConvertArguments& arguments) {
  return arguments.model.empty()
             ? open_model(arguments.source, arguments.sets)
             : open_named_model(arguments.model, arguments.source, arguments.sets);
}

void convert(const WeightsConvertArguments& arguments) {
  const TrainedModel trained = open(arguments);
  const ModelSpec& spec = trained.experiment.model;
  const ModelCard card{spec.name, trained.labels, trained.preprocessing};
  if (arguments.to == "transformers") {
    write_transformers_bundle(spec, *trained.model, card, arguments.output);
  } else if (arguments.output.ends_with(".safetensors")) {
    TensorWriter writer;
    writer.set_metadata("format", "pt");
    for (const auto& [name, tensor] : named_tensors(*trained.model)) writer.add(name, tensor);
    writer.write(arguments.output);
  } else {
    write_timm_bundle(spec, *trained.model, card, arguments.output);
  }
  if (arguments.json)
    print_json({{"output", arguments.output}, {"to", arguments.to}, {"model", spec.name}});
  else
    print("wrote " + arguments.output + " (" + spec.name + " under the names of " + arguments.to +
          ")");
}

}  // namespace

void add_weights_convert(CLI::App& weights) {
  CLI::App* command = weights.add_subcommand(
      "convert", "Write weights for timm or transformers, with the config.json that they read");
  command->footer(
      "Examples:\n"
      "  vit weights convert runs/mine --to transformers --output folder\n"
      "  vit weights convert dino.pth --to timm --output model.safetensors");
  const auto arguments = std::make_shared<WeightsConvertArguments>();
  command
      ->add_option("weights", arguments->source,
                   "Run directory, checkpoint, or weights of any known format and naming")
      ->required();
  command->add_option("--to", arguments->to, "Whose names: timm or transformers")
      ->check(CLI::IsMember({"timm", "transformers"}))
      ->capture_default_str();
  command->add_option("--model", arguments->model,
                      "A name of `vit models`; default: what the weights are for");
  add_sets(*command, arguments->sets);
  command
      ->add_option("--output", arguments->output,
                   "Folder for model.safetensors and config.json; with --to timm also "
                   "FILE.safetensors, the weights alone")
      ->required();
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { convert(*arguments); });
}

}  // namespace vit::cli
