#include <torch/utils.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/predict_search.h"
#include "apps/prediction_inputs.h"
#include "apps/prediction_options.h"
#include "apps/sets.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/core/utf8.h"
#include "vit/data/picture_files.h"
#include "vit/image/encode.h"
#include "vit/report/terminal.h"
#include "vit/run/open_predictor.h"
#include "vit/train/device.h"
#include "vit/train/fast_types.h"
#include "vit/train/prediction_scope.h"

namespace vit::cli {
namespace {

namespace fs = std::filesystem;

struct PredictArguments {
  std::string model, named, weights;
  std::vector<std::string> pictures, sets;
  std::string dtype = "fp32", device = "auto", output, annotations, draw;
  std::optional<std::string> labels, query;
  int topk = 5;
  bool json = false;
};

/// Names for files about images: their own without the ending, with a number behind it where two of
/// them are called alike.
class Names {
 public:
  std::string of(const fs::path& image) {
    const std::string stem = image.stem().string();
    std::string name = stem;
    for (int number = 2; !used_.insert(name).second; ++number)
      name = stem + "-" + std::to_string(number);
    return name;
  }

 private:
  std::set<std::string> used_;
};

/// The labels between commas, without the blanks around them. Throws Error (usage) where one is
/// empty or there twice.
std::vector<std::string> labels_between_commas(const std::string& text) {
  std::vector<std::string> labels;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, comma - at);
    const std::size_t first = part.find_first_not_of(" \t"), last = part.find_last_not_of(" \t");
    const std::string label = first == part.npos ? "" : part.substr(first, last - first + 1);
    if (label.empty())
      throw Error(ErrorKind::usage, "--labels", "one of them is empty",
                  "write them as in --labels \"a cat, a dog\"");
    if (std::find(labels.begin(), labels.end(), label) != labels.end())
      throw Error(ErrorKind::usage, "--labels", "`" + printable(label) + "` is there twice",
                  "name each once");
    if (!is_utf8(label))
      throw Error(ErrorKind::usage, "--labels", "`" + printable(label) + "` is not UTF-8",
                  "give it in UTF-8");
    labels.push_back(label);
    at = comma + 1;
  }
  return labels;
}

/// Which model, and of what; with --weights there is no first argument that names it.
PredictorRequest take_request(PredictArguments& arguments) {
  if (!arguments.named.empty() && arguments.weights.empty())
    throw Error(ErrorKind::usage, "--model", "names an architecture, which has no weights",
                "name them with --weights FILE, or give a run, checkpoint or exported model alone");
  if (!arguments.weights.empty() && !arguments.model.empty()) {
    arguments.pictures.insert(arguments.pictures.begin(), arguments.model);
    arguments.model = arguments.weights;
  }
  if (arguments.pictures.empty())
    throw Error(
        ErrorKind::usage, "vit predict",
        arguments.model.empty() ? "there is no model and no image" : "there is no image to predict",
        "vit predict MODEL IMAGE|FOLDER…");
  return {arguments.model, arguments.named, arguments.sets,
          PredictOptions{.labels = arguments.labels ? labels_between_commas(*arguments.labels)
                                                    : std::vector<std::string>(),
                         .explained = arguments.json || !arguments.draw.empty()}};
}

/// Writes the image with the prediction on it, under its name with the ending .png.
void draw(const OpenedPredictor& opened, const Prediction& found, const TellOptions& told,
          const fs::path& folder) {
  // As it lies in its file, which is what predictions are laid on.
  const Image drawn = opened.task->draw(load_picture(told.image), found, told);
  std::error_code error;
  fs::create_directories(folder, error);
  write_png(drawn, folder / (told.name + ".png"));
}

/// What a search has no use for. Throws Error (usage).
void require_no_more_than_a_search(const PredictArguments& arguments) {
  for (const auto& [name, given] : {std::pair{"--labels", arguments.labels.has_value()},
                                    {"--draw", !arguments.draw.empty()},
                                    {"--output", !arguments.output.empty()}})
    if (given)
      throw Error(ErrorKind::usage, name, "has nothing to do beside --query, which only searches",
                  "leave one of them out");
}

void predict(PredictArguments arguments) {
  if (!arguments.annotations.empty() && arguments.output.empty())
    throw Error(ErrorKind::usage, "--annotations", "says how --output names images and classes",
                "add --output FOLDER");
  set_compute_threads(0);
  const PredictorRequest request = take_request(arguments);
  if (arguments.query) {
    require_no_more_than_a_search(arguments);
    return search({request, arguments.pictures, *arguments.query, arguments.dtype, arguments.device,
                   arguments.topk, arguments.json});
  }
  Failures failures;
  const bool one_input = arguments.pictures.size() == 1;
  std::vector<fs::path> pictures;
  for (const std::string& argument : arguments.pictures) {
    try {
      for (fs::path& path : pictures_of(argument)) pictures.push_back(std::move(path));
    } catch (const Error& problem) {
      failures.add(argument, problem, one_input);
    }
  }
  if (pictures.empty() && !arguments.json) failures.end(0);
  const c10::Device device = resolve_device(arguments.device, "--device");
  const OpenedPredictor opened = open_predictor(request, device);
  const PredictionScope prediction(device, chosen_type(arguments.dtype, device, "--dtype"));
  nlohmann::json results = nlohmann::json::array();
  TellOptions told{.classes = opened.labels,
                   .topk = arguments.topk,
                   .unicode = stderr_terminal().unicode,
                   .folder = arguments.output};
  const std::unique_ptr<PredictionWriter> writer =
      arguments.output.empty() ? nullptr
                               : opened.task->writer(arguments.output, arguments.annotations);
  std::size_t predicted = 0;
  Names names;
  for (const fs::path& path : pictures) {
    told.image = path;
    told.name = names.of(path);
    try {
      const Prediction found = predict_image(opened, encoded_picture(path), device);
      prediction.check();
      if (arguments.json) {
        nlohmann::json& result = results.emplace_back(nlohmann::json{{"image", path.string()}});
        opened.task->tell(found, told, result);
      } else {
        print(path.string() + "\n" + opened.task->text(found, told));
      }
      if (writer) writer->add(found, told);
      if (!arguments.draw.empty()) draw(opened, found, told, arguments.draw);
    } catch (const Error& problem) {
      if (problem.kind() != ErrorKind::data) throw;
      failures.add(path.string(), problem, one_input && pictures.size() == 1);
      continue;
    }
    ++predicted;
  }
  if (writer) writer->finish();
  if (arguments.json) {
    nlohmann::json object{{"predictions", results}};
    if (!failures.list().empty()) object["errors"] = failures.list();
    print_json(object);
  }
  failures.end(predicted);
}

}  // namespace

void add_predict(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "predict", "Say what is in images: classes, masks, objects, as the model has learned it");
  command->footer(
      "Examples:\n"
      "  vit predict runs/quickstart photo.jpg            a run of your own\n"
      "  vit predict model.pt photos --topk 3 --json      an exported model, a folder, for a "
      "script\n"
      "  vit predict weights/model.safetensors photo.jpg  weights with their config.json beside "
      "them\n"
      "  vit predict --model vit_tiny_patch16_224 --weights FILE photo.jpg\n"
      "  vit predict runs/shapes_siglip x.png --labels \"a red star, a blue ring\"\n"
      "  vit predict runs/shapes_siglip photos --query \"a red star\"  the images most like a "
      "text\n"
      "An image that cannot be read is told (in JSON under \"errors\"), the others are predicted, "
      "and the exit code is 3.");
  const auto arguments = std::make_shared<PredictArguments>();
  command->add_option("model", arguments->model,
                      "Run directory, checkpoint, exported model (.pt), or weights of any known "
                      "format and naming (a file, or a folder with config.json)");
  command->add_option("pictures", arguments->pictures, "Image files and folders")
      ->type_name("IMAGE|FOLDER");
  command->add_option("--weights", arguments->weights,
                      "Weights, instead of the first argument, which is an image then");
  command->add_option("--model", arguments->named,
                      "With --weights: a name of `vit models`; default: what they are for");
  command->add_option("--labels", arguments->labels,
                      "Of a model of images and texts: what images are compared with, as in "
                      "\"a cat, a dog\"");
  command->add_option("--query", arguments->query,
                      "Of a model of images and texts: a text, whose --topk most similar images "
                      "are found; what is known of a folder's images is kept in it, in a hidden "
                      "file, for the next search");
  add_sets(*command, arguments->sets);
  add_dtype(*command, arguments->dtype);
  add_device(*command, arguments->device);
  command->add_option("--topk", arguments->topk, "How many classes to show, or images to find")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--output", arguments->output,
                      "Folder for what does not fit into a line: masks as PNG files; objects as "
                      "COCO's results and YOLO's texts");
  command
      ->add_option("--annotations", arguments->annotations,
                   "With --output: COCO's annotation file whose ids of images and classes the "
                   "results get, so that they can be evaluated against it")
      ->type_name("FILE");
  command->add_option("--draw", arguments->draw,
                      "Folder for the images with what was predicted drawn on them");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { predict(*arguments); });
}

}  // namespace vit::cli
