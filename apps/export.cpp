#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/export/torchscript.h"
#include "vit/run/open_model.h"

namespace vit::cli {
namespace {

struct ExportArguments {
  std::string run, model, weights, format = "torchscript", output;
  std::vector<std::string> sets;
  bool json = false;
};

/// The model of a run, of weights of elsewhere, or a named one with weights.
TrainedModel open(const ExportArguments& arguments) {
  if (arguments.model.empty() != arguments.weights.empty() ||
      arguments.run.empty() == arguments.model.empty())
    throw Error(ErrorKind::usage, "vit export", "expected a run, or --model with --weights",
                "vit export RUN --output FILE, or vit export --model NAME|auto --weights FILE "
                "--output FILE");
  if (!arguments.run.empty()) {
    if (is_exported_model(arguments.run))
      throw Error(ErrorKind::usage, printable_path(arguments.run), "is an exported model already",
                  "export the run or the checkpoint that it was made from");
    return open_model(arguments.run, arguments.sets);
  }
  return open_named_model(arguments.model, arguments.weights, arguments.sets);
}

std::string numbers(const std::vector<double>& values) {
  std::string text;
  for (const double value : values)
    text += (text.empty() ? "" : ", ") + nlohmann::json(value).dump();
  return text;
}

/// What a program that uses the file has to do to an image, as its extra/vit.json says it too.
std::string input_text(const TrainedModel& trained) {
  const InputSpec& input = trained.preprocessing;
  return str("inside, in extra/vit.json: ", trained.labels.size(),
             " labels, and the input: resize (", input.interpolation, ", antialiased, crop_pct ",
             input.crop_pct, ", crop_mode ", input.crop_mode, "), ", input.img_size.height, "x",
             input.img_size.width, " pixels, divided by 255, mean [", numbers(input.mean),
             "], std [", numbers(input.std), "]");
}

void export_model(const ExportArguments& arguments) {
  const TrainedModel trained = open(arguments);
  const ExportCheck check =
      export_torchscript(trained.task->exported(), model_card(trained), arguments.output);
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
  if (!arguments.json) print(input_text(trained));
}

}  // namespace

void add_export(CLI::App& program) {
  CLI::App* command = program.add_subcommand("export", "Write a trained model for use elsewhere");
  command->footer(
      "Examples:\n"
      "  vit export runs/quickstart --output model.pt\n"
      "  vit export --model auto --weights weights.safetensors --output model.pt\n"
      "The file takes float images [B, C, H, W] that are resized and normalised, and gives "
      "logits.\n"
      "How, and what the classes are called, stands inside as JSON, in the extra file vit.json\n"
      "(model, labels, mean, std, interpolation, crop_pct, crop_mode, img_size, in_chans):\n"
      "  unzip -p model.pt '*/extra/vit.json'\n"
      "  extra = {'vit.json': ''}; torch.jit.load('model.pt', _extra_files=extra)       (Python)\n"
      "  torch::jit::ExtraFilesMap extra{{\"vit.json\", \"\"}};                             (C++)\n"
      "  torch::jit::load(\"model.pt\", torch::kCPU, extra);");
  const auto arguments = std::make_shared<ExportArguments>();
  command->add_option("run", arguments->run,
                      "Run directory, checkpoint, or weights of any known "
                      "format and naming");
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
