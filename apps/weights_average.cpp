#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/weights/average.h"
#include "vit/weights/tensors.h"

namespace vit::cli {
namespace {

struct WeightsAverageArguments {
  std::vector<std::string> files;
  std::string output;
  bool json = false;
};

void average(const WeightsAverageArguments& arguments) {
  const TensorMap means = average_weights({arguments.files.begin(), arguments.files.end()});
  TensorWriter writer;
  writer.set_metadata("format", "pt");
  for (const auto& [name, tensor] : means) writer.add(name, tensor);
  writer.write(arguments.output);
  if (arguments.json)
    print_json({{"output", arguments.output},
                {"files", arguments.files.size()},
                {"tensors", means.size()}});
  else
    print("wrote " + arguments.output + ": the mean of " + std::to_string(means.size()) +
          " tensors over " + std::to_string(arguments.files.size()) + " files");
}

}  // namespace

void add_weights_average(CLI::App& weights) {
  CLI::App* command = weights.add_subcommand(
      "average", "Write the mean of the weights of several files of one model (a model soup)");
  const auto arguments = std::make_shared<WeightsAverageArguments>();
  command
      ->add_option("files", arguments->files,
                   "Run directories, checkpoints, or weights of any known format; two or more")
      ->required();
  command->add_option("--output", arguments->output, "safetensors file to write")->required();
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { average(*arguments); });
}

}  // namespace vit::cli
