#include <memory>
#include <string>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/config/open_model.h"
#include "vit/export/torchscript.h"

namespace vit::cli {
namespace {

struct Arguments {
  std::string model, format = "torchscript", output;
  bool json = false;
};

void export_model(const Arguments& arguments) {
  const TrainedModel trained = open_model(arguments.model);
  const ExportCheck check = export_torchscript(
      *trained.model, {trained.experiment.model.name, trained.labels, trained.preprocessing},
      arguments.output);
  if (arguments.json)
    print_json({{"output", arguments.output},
                {"format", arguments.format},
                {"max_difference", check.max_difference}});
  else
    print("wrote " + arguments.output + " (TorchScript of " + trained.checkpoint.string() +
          "; read back, its outputs differ by at most " +
          nlohmann::json(check.max_difference).dump() + ")");
}

}  // namespace

void add_export(CLI::App& program) {
  CLI::App* command = program.add_subcommand("export", "Write a trained model for use elsewhere");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("model", arguments->model, "Run directory or checkpoint")->required();
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
