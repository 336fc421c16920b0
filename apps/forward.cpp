#include <ATen/Context.h>
#include <torch/utils.h>

#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/experiment/experiment.h"
#include "vit/experiment/recognised_model.h"
#include "vit/io/json.h"
#include "vit/run/open_model.h"
#include "vit/train/device.h"
#include "vit/weights/tensors.h"

namespace vit::cli {
namespace {

struct ForwardArguments {
  std::string model, weights, input, output;
  std::vector<std::string> sets;
  bool json = false;
};

/// All tensors of the file; `x` is among them.
NamedTensors read_inputs(const std::string& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  const torch::Tensor x = read_tensor(file, file.at("x"));
  if (x.scalar_type() != torch::kFloat32 || x.dim() != 4)
    throw Error(ErrorKind::data, path, "tensor `x` is not float32 [B, C, H, W]",
                "write it as float32 [B, C, H, W]");
  NamedTensors inputs;
  for (const TensorInfo& info : file.tensors())
    inputs.emplace_back(info.name, read_tensor(file, info));
  return inputs;
}

/// What comes behind the features: `logits`, or `pooled` where the model has no classifier, or one
/// that is not the file's (`unlike_file`).
void add_head(ImageModel& model, const torch::Tensor& features, bool unlike_file,
              TensorWriter& writer) {
  if (model.num_classes() == 0) {
    const torch::Tensor pooled = model.forward_head(features);
    writer.add("pooled", pooled);
    if (!unlike_file) writer.add("logits", pooled);  // all that a backbone without a head has
    log::info(unlike_file
                  ? "the file's classifier was left out: no logits, `pooled` are features"
                  : "there is no classifier: `pooled`, and `logits` too, are pooled features");
    return;
  }
  if (unlike_file) {
    log::info("the head is new and has learned nothing: no logits, `features` alone");
    return;
  }
  writer.add("logits", model.forward_head(features));
  // Distilled models have a second head; `logits` is the mean of both.
  const std::vector<torch::Tensor> heads = model.head_logits(features);
  if (heads.size() == 2) writer.add("logits_dist", heads[1]);
}

/// The network of a task that has more than a classifier, with weights of all of it: its outputs by
/// their names.
void forward_whole(const ForwardArguments& arguments, Experiment& experiment,
                   const NamedTensors& inputs) {
  experiment.task.config().take_from(arguments.weights, experiment.model);
  const std::shared_ptr<ImageModel> model = create_model(experiment.task->model(experiment.model));
  // Whatever its classes are called: the outputs are those of the file, in its order.
  std::vector<std::string> classes;
  for (std::int64_t i = 0; i < num_classes(experiment.model); ++i)
    classes.push_back(std::to_string(i));
  const auto task = make_task(experiment, model, experiment_input(experiment), classes);
  const LoadReport report = task->load(arguments.weights);
  log::info(report.summary());
  const c10::Device device = resolve_device(experiment.train.device);
  task->network().module().to(device);
  task->network().module().eval();
  at::globalContext().setAllowTF32CuDNN(false);
  const torch::NoGradGuard no_grad;
  NamedTensors moved;
  for (const auto& [name, tensor] : inputs) moved.emplace_back(name, tensor.to(device));
  TensorWriter writer;
  for (const auto& [name, tensor] : task->outputs(moved)) writer.add(name, tensor);
  writer.write(arguments.output);
  if (arguments.json)
    print_json({{"output", arguments.output},
                {"model", experiment.model.name},
                {"task", experiment.task.name()},
                {"load", to_json(report)}});
}

void forward(const ForwardArguments& arguments) {
  require_model_name(arguments.model, "--model");
  const NamedTensors inputs = read_inputs(arguments.input);
  const torch::Tensor& x = input_of(inputs, "x");
  const Size2 picture{x.size(2), x.size(3)};
  // The model is made for these pictures, unless the user says otherwise.
  std::vector<std::string> sets = {
      "init.weights=" + json_string(arguments.weights, "--weights"),
      vit::str("model.img_size=[", picture.height, ", ", picture.width, "]")};
  sets.insert(sets.end(), arguments.sets.begin(), arguments.sets.end());
  Experiment experiment = parse_experiment(
      "model: {name: " + json_string(arguments.model, "--model") + "}", "--model", sets, picture);
  set_compute_threads(experiment.train.threads);
  if (experiment.task->owns(arguments.weights)) return forward_whole(arguments, experiment, inputs);
  const std::shared_ptr<ImageModel> model = create_model(experiment.model);
  if (experiment.init.reset_head) model->init_weights(static_cast<std::uint64_t>(experiment.seed));
  for (const std::string& line : recognition(experiment)) log::info(line);
  const LoadReport report = load_initial_weights(*model, experiment);
  log::info(report.summary());
  model->module().eval();
  const c10::Device device = resolve_device(experiment.train.device);
  model->module().to(device);
  // These numbers are for comparing: convolutions in the float32 that the word promises, on GPUs
  // too.
  at::globalContext().setAllowTF32CuDNN(false);

  const torch::NoGradGuard no_grad;
  const torch::Tensor features = model->forward_features(x.to(device));
  TensorWriter writer;
  add_head(*model, features, report.head_left_out || experiment.init.reset_head, writer);
  writer.add("features", features);
  writer.write(arguments.output);
  if (!arguments.json) return;
  nlohmann::json found = {
      {"output", arguments.output}, {"model", experiment.model.name}, {"load", to_json(report)}};
  if (experiment.recognised) {
    found["recognised_by"] = experiment.recognised->found.source;
    found["assumptions"] = experiment.recognised->found.assumptions;
    found["options"] = experiment.recognised->found.options;
  }
  print_json(found);
}

}  // namespace

void add_forward(CLI::App& program) {
  CLI::App* command = program.add_subcommand("forward",
                                             "Compute a model on a tensor: `x` in, `logits` and "
                                             "`features` out (`pooled` where the file has "
                                             "no classifier)");
  command->footer(
      "Example:\n"
      "  vit forward --model auto --weights model.safetensors --input x.safetensors --output "
      "y.safetensors");
  const auto arguments = std::make_shared<ForwardArguments>();
  command
      ->add_option("--model", arguments->model,
                   "A name of `vit models`, or auto: the one that the weights are for")
      ->required();
  add_sets(*command, arguments->sets);
  command->add_option("--weights", arguments->weights, "Weights of any known format and naming")
      ->required();
  command
      ->add_option("--input", arguments->input,
                   "safetensors file with `x` [B, C, H, W] float32, and what else the task takes")
      ->required();
  command->add_option("--output", arguments->output, "safetensors file to write")->required();
  command->add_flag("--json", arguments->json, "Print what was loaded as one JSON object");
  command->callback([arguments] { forward(*arguments); });
}

}  // namespace vit::cli
