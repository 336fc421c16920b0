#include <torch/utils.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "apps/tensor_statistics.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/digest.h"
#include "vit/nn/init.h"
#include "vit/report/table.h"
#include "vit/run/open_model.h"
#include "vit/weights/state_dict.h"
#include "vit/weights/weights_path.h"

namespace vit::cli {
namespace {

struct WeightsVerifyArguments {
  std::string file, model = "auto", sha256;
  std::vector<std::string> sets;
  bool json = false;
};

/// Throws Error (weights) that names every tensor with NaN or infinite elements.
void check_finite(const StateDict& file, const std::string& path) {
  std::string bad;
  for (const auto& [name, tensor] : file.tensors)
    if (const std::int64_t count = statistics(tensor).not_finite; count > 0)
      bad += "\n  " + printable(name) + ": " + std::to_string(count) + " of " +
             std::to_string(tensor.numel()) + " elements";
  if (!bad.empty())
    throw Error(ErrorKind::weights, path, "there are NaN or infinite weights:" + bad,
                "get the file again, or an earlier checkpoint");
}

std::string check_digest(const WeightsVerifyArguments& arguments) {
  const std::string found = digest_of_file(arguments.file, DigestKind::sha256);
  if (!arguments.sha256.empty() && arguments.sha256 != found)
    throw Error(ErrorKind::weights, arguments.file,
                "its SHA-256 is " + found + ", expected " + arguments.sha256, "get the file again");
  return found;
}

/// The same picture everywhere: normal numbers of seed 0.
torch::Tensor fixed_input(const ImageModel& model) {
  torch::Tensor x =
      torch::empty({1, model.in_chans(), model.img_size().height, model.img_size().width});
  init::normal(x, 1.0, Rng(0, Stream::bench));
  return x;
}

void verify(WeightsVerifyArguments arguments) {
  arguments.file = weights_path(arguments.file).string();
  const std::string digest = check_digest(arguments);
  check_finite(read_state_dict(arguments.file), arguments.file);
  const TrainedModel opened =
      open_named_model(arguments.model, arguments.file, arguments.sets);  // shapes
  const torch::NoGradGuard no_grad;
  TextTable table({{"stage"},
                   {"shape"},
                   {"mean", Align::right},
                   {"std", Align::right},
                   {"least", Align::right},
                   {"greatest", Align::right}});
  nlohmann::json stages = nlohmann::json::array();
  std::string first_bad;
  opened.model->forward_stages(fixed_input(*opened.model),
                               [&](const std::string& name, const torch::Tensor& output) {
                                 const TensorStatistics of = statistics(output);
                                 if (of.not_finite > 0 && first_bad.empty()) first_bad = name;
                                 table.add({name, vit::str(output.sizes()), figure(of.mean),
                                            figure(of.std), figure(of.least), figure(of.greatest)});
                                 stages.push_back({{"stage", name},
                                                   {"shape", output.sizes().vec()},
                                                   {"mean", of.mean},
                                                   {"std", of.std},
                                                   {"min", of.least},
                                                   {"max", of.greatest},
                                                   {"not_finite", of.not_finite}});
                               });
  if (arguments.json)
    print_json({{"file", arguments.file},
                {"sha256", digest},
                {"model", opened.experiment.model.name},
                {"stages", stages}});
  else
    print(table.text() + "\n" + arguments.file + ": SHA-256 " + digest +
          "; all weights are finite and fit " + opened.experiment.model.name +
          "; above: its stages for the picture of normal numbers of seed 0");
  if (!first_bad.empty())
    throw Error(ErrorKind::numerical, arguments.file,
                "the first NaN or infinite output comes from " + first_bad,
                "the weights may be of another architecture than " + opened.experiment.model.name);
}

}  // namespace

void add_weights_verify(CLI::App& weights) {
  CLI::App* command = weights.add_subcommand(
      "verify", "Check a weights file: checksum, finite values, shapes, and a forward pass");
  command->footer(
      "Example:\n"
      "  vit weights verify model.safetensors --sha256 DIGEST");
  const auto arguments = std::make_shared<WeightsVerifyArguments>();
  command->add_option("file", arguments->file, "Weights of any known format and naming")
      ->required();
  command->add_option("--model", arguments->model, "A name of `vit models`, or auto")
      ->capture_default_str();
  add_sets(*command, arguments->sets);
  command->add_option("--sha256", arguments->sha256, "What the file's SHA-256 has to be");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { verify(*arguments); });
}

}  // namespace vit::cli
