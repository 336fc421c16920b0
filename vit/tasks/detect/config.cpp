#include "vit/tasks/detect/config.h"

#include <nlohmann/json.hpp>

#include "vit/core/error.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/tasks/detect/draw_objects.h"
#include "vit/tasks/detect/evaluation.h"
#include "vit/tasks/detect/fcos_weights.h"
#include "vit/tasks/detect/objects.h"
#include "vit/tasks/detect/predictor.h"
#include "vit/tasks/detect/results.h"
#include "vit/tasks/detect/rf_detr_file.h"
#include "vit/tasks/detect/rf_detr_weights.h"
#include "vit/tasks/detect/task.h"
#include "vit/tasks/detect/yolos_weights.h"

namespace vit {

void DetectConfig::adapt(InputSpec& input,
                         const std::function<bool(std::string_view key)>& given) const {
  // Every object of an image is asked for: nothing may be cut off.
  if (!given("crop_mode")) input.crop_mode = "squash";
  if (!given("crop_pct")) input.crop_pct = 1;
  if (input.crop_mode != "squash" && input.crop_mode != "border")
    throw Error(ErrorKind::usage, "data.crop_mode",
                "is " + input.crop_mode + ", and every object of an image is asked for at one size",
                "set it to squash, or to border, which keeps the image's shape");
}

bool DetectConfig::owns(const std::filesystem::path& weights) const {
  return is_fcos(weights) || is_yolos(weights) || is_rf_detr(weights);
}

std::optional<Recognised> DetectConfig::recognise(const WeightsFile& weights,
                                                  std::optional<Size2> image) const {
  if (auto found = recognise_yolos(weights, image)) return found;
  if (auto found = recognise_rf_detr(weights, image)) return found;
  return recognise_fcos(weights, image);
}

void DetectConfig::take_from(const std::filesystem::path& weights, ModelSpec& spec) {
  if (is_yolos(weights)) {
    options.head = "yolos";
    take_yolos_from(weights, options.yolos, num_classes(spec));
  } else if (is_rf_detr(weights)) {
    options.head = "rf_detr";
    std::vector<std::string> classes;
    take_rf_detr_from(weights, options.rf_detr, classes);
    if (!options.masks) options.masks = options.rf_detr.masks;
    num_classes(spec) = static_cast<std::int64_t>(classes.size());
  } else {
    options.head = "fcos";
    take_fcos_from(weights, options.fcos, num_classes(spec));
  }
}

void DetectConfig::check_data(const Dataset& train) const {
  for (std::int64_t i = 0; i < train.size(); ++i)
    for (const Box& box : train.read(i).boxes)
      if (!box.crowd) return;
  throw Error(ErrorKind::data, "data",
              str("none of the ", train.size(), " training images has an object to learn"),
              "`vit data check` tells what was left out; images without objects may stand beside "
              "others that have some");
}

ModelSpec DetectConfig::model(const ModelSpec& spec) const {
  ModelSpec backbone = spec;
  num_classes(backbone) = 0;
  if (auto* vit = std::get_if<ViTOptions>(&backbone.options)) vit->dynamic_img_size = true;
  return backbone;
}

std::vector<OptionRule> DetectConfig::refused() const {
  std::vector<OptionRule> rules;
  for (const char* pattern : {"augment.mixup*", "augment.cutmix*"})
    rules.push_back({pattern, "objects are learned of one image, and mixed ones have two"});
  rules.push_back({"augment.multi_crop.*", "objects are learned of one view"});
  if (options.head != "rf_detr")
    rules.push_back({"task.masks",
                     "masks are found by task.head: rf_detr alone, and it is " + options.head,
                     "true"});
  return rules;
}

std::vector<OptionRule> DetectConfig::unread() const {
  std::vector<OptionRule> rules;
  for (const std::string head : {"fcos", "yolos", "rf_detr"})
    if (options.head != head) rules.push_back({head + ".*", "task.head is " + options.head});
  if (options.head == "rf_detr" && !finds_masks(options))
    rules.push_back({"rf_detr.mask_*", "task.masks is not true"});
  return rules;
}

std::unique_ptr<Task> DetectConfig::make(const TaskContext& context) const {
  return std::make_unique<DetectTask>(*this, context);
}

std::unique_ptr<Predictor> DetectConfig::predictor(Graph graph, const InputSpec& /*input*/,
                                                   const std::vector<std::string>& /*classes*/,
                                                   const PredictOptions& asked) const {
  if (asked.views > 1)
    throw Error(ErrorKind::usage, "--views",
                "objects are found in one view of an image; averages of boxes are no boxes",
                "leave it out");
  return std::make_unique<DetectPredictor>(
      std::move(graph), finds_masks(options) ? options.rf_detr.mask_downsample_ratio : 0);
}

std::unique_ptr<Evaluation> DetectConfig::evaluation(
    const std::vector<std::string>& classes) const {
  return std::make_unique<DetectEvaluation>(classes, finds_masks(options));
}

std::unique_ptr<Collator> DetectConfig::collator(Split /*split*/,
                                                 const CollatorContext& context) const {
  return std::make_unique<ObjectCollator>(context.num_classes, finds_masks(options));
}

std::vector<FoundObject> DetectConfig::shown(const Prediction& prediction) const {
  std::vector<FoundObject> sure;
  for (const FoundObject& object : std::get<DetectedObjects>(prediction).objects)
    if (object.score >= options.shown_score) sure.push_back(object);
  return sure;
}

void DetectConfig::tell(const Prediction& prediction, const TellOptions& told,
                        nlohmann::json& object) const {
  nlohmann::json list = nlohmann::json::array();
  const Size2 size = std::get<DetectedObjects>(prediction).size;
  for (const auto& [box, score, mask] : shown(prediction)) {
    list.push_back({{"label", told.classes.at(static_cast<std::size_t>(box.label))},
                    {"score", score},
                    {"box", {box.x0, box.y0, box.x1, box.y1}}});
    if (!mask.empty()) list.back()["segmentation"] = coco_segmentation(mask, size);
  }
  object["detections"] = std::move(list);
}

std::string DetectConfig::text(const Prediction& prediction, const TellOptions& told) const {
  const std::vector<FoundObject> objects = shown(prediction);
  if (objects.empty())
    return "nothing with a score of " + fixed(options.shown_score, 2) +
           " or more (task.shown_score)\n";
  std::vector<TableColumn> columns{{"object"},           {"score", Align::right},
                                   {"x0", Align::right}, {"y0", Align::right},
                                   {"x1", Align::right}, {"y1", Align::right}};
  const bool with_masks = !objects.front().mask.empty();
  if (with_masks) columns.push_back({"mask's pixels", Align::right});
  TextTable table(columns);
  for (const auto& [box, score, mask] : objects) {
    std::vector<std::string> row{told.classes.at(static_cast<std::size_t>(box.label)),
                                 fixed(score, 3),
                                 fixed(box.x0, 1),
                                 fixed(box.y0, 1),
                                 fixed(box.x1, 1),
                                 fixed(box.y1, 1)};
    if (with_masks) row.push_back(std::to_string(runs_area(mask)));
    table.add(row);
  }
  return table.text();
}

Image DetectConfig::draw(const Image& image, const Prediction& prediction,
                         const TellOptions& told) const {
  return with_objects(image, shown(prediction), told.classes);
}

std::unique_ptr<PredictionWriter> DetectConfig::writer(
    const std::filesystem::path& folder, const std::filesystem::path& annotations) const {
  std::optional<CocoIds> ids;
  if (!annotations.empty()) ids = read_coco_ids(annotations);
  return std::make_unique<ObjectWriter>(folder, options.shown_score, std::move(ids));
}

}  // namespace vit
