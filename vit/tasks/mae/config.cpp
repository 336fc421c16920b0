#include "vit/tasks/mae/config.h"

#include <nlohmann/json.hpp>

#include "vit/core/error.h"
#include "vit/data/class_labels.h"
#include "vit/image/resize.h"
#include "vit/report/number.h"
#include "vit/tasks/mae/mae_evaluation.h"
#include "vit/tasks/mae/mae_weights.h"
#include "vit/tasks/mae/task.h"

namespace vit {

void MaeConfig::adapt(InputSpec& input,
                      const std::function<bool(std::string_view key)>& given) const {
  // A reconstruction is drawn over its image: all of that should be in it.
  if (!given("crop_mode")) input.crop_mode = "squash";
  if (!given("crop_pct")) input.crop_pct = 1;
  if (input.crop_mode == "whole")
    throw Error(ErrorKind::usage, "data.crop_mode",
                "is whole, and the decoder's positions are for images of one size",
                "leave it out, or set it to squash");
}

bool MaeConfig::owns(const std::filesystem::path& weights) const { return is_autoencoder(weights); }

void MaeConfig::take_from(const std::filesystem::path& weights, ModelSpec& /*spec*/) {
  take_decoder_from(weights, options);
}

ModelSpec MaeConfig::model(const ModelSpec& spec) const {
  ModelSpec backbone = spec;
  num_classes(backbone) = 0;
  if (auto* vit = std::get_if<ViTOptions>(&backbone.options)) {
    vit->fc_norm = false;      // the decoder reads patches behind the norm
    vit->patch_drop_rate = 0;  // the mask says what is left out
  }
  return backbone;
}

std::vector<OptionRule> MaeConfig::refused() const {
  const std::string one = "an image is to be completed from a part of itself",
                    size = "the decoder's positions are for images of one size";
  return {{"augment.mixup*", one},
          {"augment.cutmix*", one},
          {"augment.reprob", "what is erased would be learned as a part of images"},
          {"augment.multi_scale*", size},
          {"schedule.img_size*", size},
          {"augment.multi_crop.*", one + ", not of other views"}};
}

std::vector<OptionRule> MaeConfig::unread() const {
  const std::string method = "task.method is " + options.method;
  if (options.simmim()) return {{"norm_pix_loss", method}, {"decoder.*", method}};
  return {{"mask_size", method}};
}

std::unique_ptr<Task> MaeConfig::make(const TaskContext& context) const {
  return std::make_unique<MaeTask>(*this, context);
}

std::unique_ptr<Predictor> MaeConfig::predictor(Graph graph, const InputSpec& input,
                                                const std::vector<std::string>& /*classes*/,
                                                const PredictOptions& /*options*/) const {
  return std::make_unique<MaePredictor>(std::move(graph), input);
}

std::unique_ptr<Evaluation> MaeConfig::evaluation(const std::vector<std::string>& classes) const {
  return std::make_unique<MaeEvaluation>(options.judged, classes);
}

std::unique_ptr<Collator> MaeConfig::collator(Split split,
                                              const CollatorContext& /*context*/) const {
  if (split == Split::val) return std::make_unique<LabelCollator>();
  return std::make_unique<PretextCollator>();
}

void MaeConfig::tell(const Prediction& prediction, const TellOptions& /*told*/,
                     nlohmann::json& object) const {
  const auto& found = std::get<Reconstruction>(prediction);
  object["loss"] = found.loss;
  object["embedding"] = found.features;
}

std::string MaeConfig::text(const Prediction& prediction, const TellOptions& /*told*/) const {
  const auto& found = std::get<Reconstruction>(prediction);
  return "reconstruction loss " + significant(found.loss, 4) + " on the masked part; features of " +
         std::to_string(found.features.size()) + " channels (--json tells them, --draw DIR draws " +
         "the reconstruction)\n";
}

Image MaeConfig::draw(const Image& image, const Prediction& prediction,
                      const TellOptions& /*told*/) const {
  return resize(std::get<Reconstruction>(prediction).image, image.width, image.height,
                Filter::bicubic);
}

}  // namespace vit
