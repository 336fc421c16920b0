#include "vit/tasks/segment/config.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/image/encode.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/report/terminal.h"
#include "vit/tasks/segment/evaluation.h"
#include "vit/tasks/segment/masks.h"
#include "vit/tasks/segment/predictor.h"
#include "vit/tasks/segment/task.h"
#include "vit/tasks/segment/weights.h"

namespace vit {
namespace {

struct ClassShare {
  std::string label;
  double share = 0;
};

/// The classes that an image has, by their share of its pixels, the largest first.
std::vector<ClassShare> shares(const Image& classes, const std::vector<std::string>& names) {
  std::vector<std::size_t> counts(256, 0);
  for (const std::uint8_t value : classes.pixels) ++counts[value];
  std::vector<ClassShare> found;
  for (std::size_t value = 0; value < names.size() && value < counts.size(); ++value)
    if (counts[value] > 0)
      found.push_back({names[value], static_cast<double>(counts[value]) /
                                         static_cast<double>(classes.pixels.size())});
  std::stable_sort(found.begin(), found.end(),
                   [](const ClassShare& a, const ClassShare& b) { return a.share > b.share; });
  return found;
}

/// Writes the mask where there is a folder for it, and returns its path.
std::filesystem::path write_mask(const Image& classes, const TellOptions& options) {
  if (options.folder.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  const std::filesystem::path path = options.folder / (options.name + ".png");
  write_png(classes, path);
  return path;
}

}  // namespace

void SegmentConfig::adapt(InputSpec& input,
                          const std::function<bool(std::string_view key)>& given) const {
  const bool slides = options.inference.mode == "slide";
  // Every pixel of an image is asked for: nothing may be cut off.
  if (!given("crop_mode")) input.crop_mode = slides ? "whole" : "squash";
  if (!given("crop_pct")) input.crop_pct = 1;
  if (input.crop_mode == "center" || input.crop_mode == "crop")
    throw Error(ErrorKind::usage, "data.crop_mode",
                input.crop_mode + " cuts pixels off, and every pixel's class is asked for",
                slides ? "set it to whole" : "set it to squash or border");
  if (slides != (input.crop_mode == "whole"))
    throw Error(
        ErrorKind::usage, "data.crop_mode",
        str("is ", input.crop_mode, ", and task.inference.mode is ", options.inference.mode),
        slides ? "set it to whole" : "set it to squash or border, or the mode to slide");
  const std::int64_t window = std::min(input.img_size.height, input.img_size.width);
  if (slides && options.inference.stride > window)
    throw Error(ErrorKind::usage, "task.inference.stride",
                str("is ", options.inference.stride, ", and windows are ", input.img_size.height,
                    "x", input.img_size.width, ": pixels between them would not be seen"),
                str("set it to at most ", window, ", or to 0 for two thirds of a window"));
}

bool SegmentConfig::owns(const std::filesystem::path& weights) const {
  return is_segmenter(weights);
}

void SegmentConfig::check_data(const Dataset& train) const {
  // Of a large set some masks must do, spread over it: each is a file to be read.
  constexpr std::int64_t kLooked = 64;
  const std::int64_t looked = std::min(kLooked, train.size());
  bool counted = false, ignored = false, only_zero = true;
  for (std::int64_t i = 0; i < looked && only_zero; ++i)
    for (const std::uint8_t value : train.read(i * train.size() / looked).mask.pixels) {
      counted = counted || value != kIgnoredClass;
      ignored = ignored || value == kIgnoredClass;
      only_zero = only_zero && (value == 0 || value == kIgnoredClass);
    }
  if (!counted)
    throw Error(ErrorKind::data, "data",
                str("no pixel of ", looked, " of the ", train.size(),
                    " training masks counts: all are 255 or in data.ignored"),
                "`vit data check` tells the values of the masks; write classes as 0, 1, 2, …");
  if (ignored && only_zero)
    log::warn(str("in ", looked, " of the ", train.size(),
                  " training masks all pixels are 0 or ignored (255): there is one class to learn. "
                  "Write classes as 0, 1, 2, …"));
}

void SegmentConfig::take_from(const std::filesystem::path& weights, ModelSpec& spec) {
  take_head_from(weights, options, num_classes(spec));
}

ModelSpec SegmentConfig::model(const ModelSpec& spec) const {
  ModelSpec backbone = spec;
  num_classes(backbone) = 0;
  if (auto* vit = std::get_if<ViTOptions>(&backbone.options)) {
    // Images of other shapes are padded to whole patches and their positions resampled.
    const auto whole = [](std::int64_t length, std::int64_t patch) {
      return (length + patch - 1) / patch * patch;
    };
    vit->img_size = {whole(vit->img_size.height, vit->patch_size.height),
                     whole(vit->img_size.width, vit->patch_size.width)};
    vit->dynamic_img_size = true;
  }
  return backbone;
}

std::vector<OptionRule> SegmentConfig::refused() const {
  const std::string hard = "each pixel has one class, and mixed images have none";
  std::vector<OptionRule> rules;
  for (const char* pattern : {"augment.mixup*", "augment.cutmix*"})
    rules.push_back({pattern, hard});
  rules.push_back({"augment.multi_crop.*", "masks are learned of one view"});
  return rules;
}

std::vector<OptionRule> SegmentConfig::unread() const {
  std::vector<OptionRule> rules;
  const std::string head = "task.head is " + options.head;
  if (options.head != "linear") rules.push_back({"linear.*", head});
  if (options.head != "mask_transformer") rules.push_back({"decoder.*", head});
  if (options.loss.dice == 0) rules.push_back({"loss.dice_smooth", "task.loss.dice is 0"});
  if (options.loss.ce == 0) rules.push_back({"loss.class_weights", "task.loss.ce is 0"});
  if (options.inference.mode != "slide")
    for (const char* pattern : {"inference.stride", "inference.scales"})
      rules.push_back({pattern, "task.inference.mode is " + options.inference.mode});
  return rules;
}

std::unique_ptr<Task> SegmentConfig::make(const TaskContext& context) const {
  return std::make_unique<SegmentTask>(*this, context);
}

std::unique_ptr<Predictor> SegmentConfig::predictor(Graph graph, const InputSpec& input,
                                                    const std::vector<std::string>& /*classes*/,
                                                    const PredictOptions& asked) const {
  SegmentInference inference = options.inference;
  inference.flip = inference.flip || asked.views > 1;
  return std::make_unique<SegmentPredictor>(std::move(graph), input, inference);
}

std::unique_ptr<Evaluation> SegmentConfig::evaluation(
    const std::vector<std::string>& classes) const {
  return std::make_unique<SegmentEvaluation>(classes);
}

std::unique_ptr<Collator> SegmentConfig::collator(Split split,
                                                  const CollatorContext& context) const {
  if (split == Split::val) return std::make_unique<FileMaskCollator>(context.num_classes);
  return std::make_unique<MaskCollator>(context.num_classes);
}

void SegmentConfig::tell(const Prediction& prediction, const TellOptions& told,
                         nlohmann::json& object) const {
  const Image& classes = std::get<Segmentation>(prediction).classes;
  if (const std::filesystem::path mask = write_mask(classes, told); !mask.empty())
    object["mask"] = mask.string();
  nlohmann::json list = nlohmann::json::array();
  for (const ClassShare& found : shares(classes, told.classes))
    list.push_back({{"label", found.label}, {"share", found.share}});
  object["classes"] = std::move(list);
}

std::string SegmentConfig::text(const Prediction& prediction, const TellOptions& told) const {
  const Image& classes = std::get<Segmentation>(prediction).classes;
  TextTable table({{"class"}, {"of the image", Align::right}, {""}});
  for (const ClassShare& found : shares(classes, told.classes))
    table.add(
        {found.label, fixed(100 * found.share, 2) + " %", text_bar(found.share, 30, told.unicode)});
  const std::filesystem::path mask = write_mask(classes, told);
  return table.text() + (mask.empty() ? "" : "mask: " + mask.string() + "\n");
}

Image SegmentConfig::draw(const Image& image, const Prediction& prediction,
                          const TellOptions& told) const {
  return with_classes(image, std::get<Segmentation>(prediction).classes, told.classes);
}

}  // namespace vit
