#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/config/open_model.h"
#include "vit/core/error.h"
#include "vit/export/torchscript.h"

namespace vit::cli {
namespace {

struct ExportArguments {
  std::string run, model, weights, format = "torchscript", output;
  std::vector<std::string> sets;
  bool json = false;
};

/// The model of a run, or a named one with weights.
TrainedModel open(const ExportArguments& arguments) {
  if (arguments.model.empty() != arguments.weights.empty() ||
      arguments.run.empty() == arguments.model.empty())
    throw Error(ErrorKind::usage, "vit export", "expected a run, or --model with --weights",
                "vit export RUN --output FILE, or vit export --model NAME|auto --weights FILE "
                "--output FILE");
  if (!arguments.run.empty()) return open_model(arguments.run);
  return open_named_model(arguments.model, arguments.weights, arguments.sets);
}

void export_model(const ExportArguments& arguments) {
  const TrainedModel trained = open(arguments);
  const ExportCheck check = export_torchscript(
      *trained.model, {trained.experiment.model.name, trained.labels, trained.preprocessing},
      arguments.output);
  if (arguments.json)
    print_json({{"output", arguments.output},
                {"format", arguments.format},
                {"fixed_size", check.fixed_size},
                {"max_difference", check.max_difference}});
  else
    print("wrote " + arguments.output + " (TorchScript of " + trained.checkpoint.string() +
          "; read back, its outputs differ by at most " +
          nlohmann::json(check.max_difference).dump() + ")" +
          (check.fixed_size
               ? "\nit takes images of " + std::to_string(trained.model->img_size().height) + "x" +
                     std::to_string(trained.model->img_size().width) + " pixels and no others"
               : ""));
}

}  // namespace

void add_export(CLI::App& program) {
  CLI::App* command = program.add_subcommand("export", "Write a trained model for use elsewhere");
  const auto arguments = std::make_shared<ExportArguments>();
  command->add_option("run", arguments->run, "Run directory or checkpoint");
  command->add_option("--model", arguments->model,
                      "With --weights: a name of `vit models`, or auto: the one they are for");
  command->add_option("--weights", arguments->weights, "Weights of any known format and naming");
  add_sets(*command, arguments->sets);
  command
      ->add_option("--format", arguments->format,
                   "torchscript: for torch.jit.load in Python and C++")
      ->check(CLI::IsMember({"torchscript"}))
      ->capture_default_str();
  command->add_option("--output", arguments->output, "File to write")->required();
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { export_model(*arguments); });
}

}  // namespace vit::cli
