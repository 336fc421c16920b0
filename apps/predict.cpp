#include <torch/utils.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/prediction_options.h"
#include "vit/config/open_model.h"
#include "vit/core/error.h"
#include "vit/data/picture_files.h"
#include "vit/export/torchscript.h"
#include "vit/image/decode.h"
#include "vit/io/file_error.h"
#include "vit/report/table.h"
#include "vit/report/terminal.h"
#include "vit/train/device.h"
#include "vit/train/fast_types.h"
#include "vit/train/prediction_scope.h"

namespace vit::cli {
namespace {

namespace fs = std::filesystem;

struct PredictArguments {
  std::string model;
  std::vector<std::string> pictures;
  std::string dtype = "fp32", device = "auto";
  int topk = 5;
  bool json = false;
};

/// A model that names what is in a picture, wherever it came from.
struct Classifier {
  std::function<torch::Tensor(const torch::Tensor&)> logits;
  Preprocessing preprocessing;
  std::vector<std::string> labels;
};

Classifier open_classifier(const std::string& path, c10::Device device) {
  if (path.ends_with(".pt")) {
    ScriptedModel scripted = load_torchscript(path, device);
    auto module = std::make_shared<torch::jit::Module>(scripted.module);
    return {[module](const torch::Tensor& x) { return module->forward({x}).toTensor(); },
            scripted.card.preprocessing, scripted.card.labels};
  }
  TrainedModel trained = open_model(path);
  trained.model->module().to(device);
  return {[model = trained.model](const torch::Tensor& x) { return model->forward(x); },
          trained.preprocessing, trained.labels};
}

std::vector<fs::path> find_pictures(const std::vector<std::string>& arguments) {
  std::vector<fs::path> pictures;
  for (const std::string& argument : arguments) {
    std::error_code error;
    if (!fs::is_directory(argument, error)) {
      if (!fs::exists(argument, error)) {
        const Error missing = file_error(argument, "cannot open", ENOENT);
        throw Error(ErrorKind::data, missing.where(), missing.problem(), missing.remedy());
      }
      pictures.emplace_back(argument);
      continue;
    }
    const std::vector<fs::path> inside = pictures_in(argument);
    if (inside.empty())
      throw Error(ErrorKind::data, argument, "found no picture in this folder",
                  "name pictures (.jpg, .png, .webp, .bmp, .ppm, .tif) or a folder of them");
    pictures.insert(pictures.end(), inside.begin(), inside.end());
  }
  return pictures;
}

void predict(const PredictArguments& arguments) {
  set_compute_threads(0);
  const std::vector<fs::path> pictures = find_pictures(arguments.pictures);
  const c10::Device device = resolve_device(arguments.device, "--device");
  const Classifier classifier = open_classifier(arguments.model, device);
  const Preprocessing& input = classifier.preprocessing;
  const auto count =
      std::min<std::int64_t>(arguments.topk, static_cast<std::int64_t>(classifier.labels.size()));
  const PredictionScope prediction(device, chosen_type(arguments.dtype, device, "--dtype"));
  const DecodeOptions decoding{.apply_exif_orientation = input.exif_orientation};
  nlohmann::json results = nlohmann::json::array();
  const bool unicode = stderr_terminal().unicode;
  for (const fs::path& path : pictures) {
    torch::Tensor x =
        torch::empty({1, input.in_chans, input.img_size.height, input.img_size.width});
    normalize(eval_transform(load_image(path, decoding), input), input, x.data_ptr<float>());
    const torch::Tensor logits = classifier.logits(x.to(device)).to(torch::kCPU, torch::kFloat32);
    const auto [values, indices] = logits.softmax(1).squeeze(0).topk(count);
    prediction.check();
    TextTable table({{"class"}, {"probability", Align::right}, {""}});
    nlohmann::json top = nlohmann::json::array();
    for (std::int64_t k = 0; k < count; ++k) {
      const double probability = values[k].item<double>();
      const std::string& label =
          classifier.labels.at(static_cast<std::size_t>(indices[k].item<std::int64_t>()));
      char text[32];
      std::snprintf(text, sizeof text, "%.2f %%", 100 * probability);
      table.add({label, text, text_bar(probability, 30, unicode)});
      top.push_back({{"label", label}, {"probability", probability}});
    }
    if (arguments.json)
      results.push_back({{"image", path.string()}, {"top", top}});
    else
      print(path.string() + "\n" + table.text());
  }
  if (arguments.json) print_json({{"predictions", results}});
}

}  // namespace

void add_predict(CLI::App& program) {
  CLI::App* command = program.add_subcommand("predict", "Name what is in pictures");
  const auto arguments = std::make_shared<PredictArguments>();
  command
      ->add_option("model", arguments->model, "Run directory, checkpoint, or exported model (.pt)")
      ->required();
  command->add_option("pictures", arguments->pictures, "Picture files and folders")
      ->required()
      ->type_name("IMAGE|FOLDER");
  add_dtype(*command, arguments->dtype);
  add_device(*command, arguments->device);
  command->add_option("--topk", arguments->topk, "How many classes to show")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { predict(*arguments); });
}

}  // namespace vit::cli
