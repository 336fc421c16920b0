#include <torch/utils.h>

#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/sets.h"
#include "vit/config/experiment.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/train/device.h"
#include "vit/weights/load.h"
#include "vit/weights/tensors.h"

namespace vit::cli {
namespace {

struct Arguments {
  std::string model, weights, input, output;
  std::vector<std::string> sets;
};

void forward(const Arguments& arguments) {
  const Experiment experiment =
      parse_experiment("model: {name: \"" + arguments.model + "\"}", "--model", arguments.sets);
  set_compute_threads(experiment.train.threads);
  const std::shared_ptr<ImageModel> model = create_model(experiment.model);
  log::info(load_weights(*model, arguments.weights).summary());
  model->module().eval();

  const SafetensorsFile file = SafetensorsFile::open(arguments.input);
  const torch::Tensor x = read_tensor(file, file.at("x"));
  if (x.scalar_type() != torch::kFloat32)
    throw Error(ErrorKind::data, arguments.input, "tensor `x` is not float32",
                "write it as float32 [B, C, H, W]");
  const torch::NoGradGuard no_grad;
  const torch::Tensor features = model->forward_features(x);
  TensorWriter writer;
  writer.add("logits", model->forward_head(features));
  writer.add("features", features);
  writer.write(arguments.output);
}

}  // namespace

void add_forward(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "forward", "Compute a model on a tensor: `x` in, `logits` and `features` out");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("--model", arguments->model, "A name of `vit models`")->required();
  add_sets(*command, arguments->sets);
  command->add_option("--weights", arguments->weights, "safetensors file with timm's names")
      ->required();
  command->add_option("--input", arguments->input, "safetensors file with `x` [B, C, H, W] float32")
      ->required();
  command->add_option("--output", arguments->output, "safetensors file to write")->required();
  command->callback([arguments] { forward(*arguments); });
}

}  // namespace vit::cli
