#include "vit/tasks/classify/config.h"

#include <torch/utils.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vit/data/class_labels.h"
#include "vit/image/draw.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/report/terminal.h"
#include "vit/tasks/classify/evaluation.h"
#include "vit/tasks/classify/task.h"
#include "vit/tasks/classify/teacher.h"

namespace vit {
namespace {

/// The classes of the largest probabilities, the most probable first.
std::vector<std::pair<std::string, double>> top(const Prediction& prediction,
                                                const TellOptions& options) {
  const torch::Tensor logits = logits_of({prediction});
  const auto [values, indices] =
      logits.softmax(1).squeeze(0).topk(std::min(options.topk, logits.size(1)));
  std::vector<std::pair<std::string, double>> found;
  for (std::int64_t k = 0; k < values.size(0); ++k)
    found.emplace_back(
        options.classes.at(static_cast<std::size_t>(indices[k].item<std::int64_t>())),
        values[k].item<double>());
  return found;
}

}  // namespace

void describe(FieldVisitor& visitor, ClassifyOptions& o) {
  visitor.field({"smoothing", &o.smoothing, "label smoothing in training", kProbability});
  visitor.field({"loss",
                 &o.loss,
                 "cross entropy; each class by itself (bce); focal; AugMix's consistency (jsd)",
                 {},
                 {"ce", "bce", "focal", "jsd"}});
  visitor.field({"class_weights", &o.class_weights, "ce: one for each class; null: all count alike",
                 kNonNegative});
  visitor.field({"bce_target_thresh", &o.bce_target_thresh,
                 "bce: mixed targets above it become 1, others 0; null: as they are",
                 kProbability});
  visitor.field({"bce_sum", &o.bce_sum, "bce: sum over classes (true) or mean over them (false)"});
  visitor.field({"focal_gamma", &o.focal_gamma, "focal: exponent", kNonNegative});
  visitor.field({"jsd_splits", &o.jsd_splits, "jsd: versions of each picture", {2, 16}});
  visitor.field({"jsd_alpha", &o.jsd_alpha, "jsd: weight of the divergence", kNonNegative});
  visitor.section("distillation", "a teacher beside the labels",
                  [&](FieldVisitor& inner) { describe(inner, o.distillation); });
}

std::vector<OptionRule> ClassifyConfig::unread() const {
  std::vector<OptionRule> rules;
  const auto unless_loss = [&](const char* pattern, const char* loss) {
    if (options.loss != loss) rules.push_back({pattern, "task.loss is " + options.loss});
  };
  unless_loss("class_weights", "ce");
  unless_loss("bce_*", "bce");
  unless_loss("focal_gamma", "focal");
  unless_loss("jsd_*", "jsd");
  const std::string& type = options.distillation.type;
  if (type != "soft") rules.push_back({"distillation.tau", "task.distillation.type is " + type});
  if (type == "none")
    for (const char* pattern :
         {"distillation.alpha", "distillation.teacher_*", "distillation.cache_logits"})
      rules.push_back({pattern, "task.distillation.type is none"});
  return rules;
}

std::unique_ptr<Task> ClassifyConfig::make(const TaskContext& context) const {
  const auto teacher =
      context.training != nullptr ? open_teacher(options.distillation, context) : nullptr;
  return std::make_unique<ClassifyTask>(
      context.model, *this, context.input, context.classes,
      context.training != nullptr ? context.training->augment.mixup : MixupOptions(), context.seed,
      teacher);
}

std::unique_ptr<Predictor> ClassifyConfig::predictor(Graph graph, const InputSpec& /*input*/,
                                                     const std::vector<std::string>& /*classes*/,
                                                     const PredictOptions& options_) const {
  return std::make_unique<ClassifyPredictor>(std::move(graph), options_.views);
}

std::unique_ptr<Evaluation> ClassifyConfig::evaluation(
    const std::vector<std::string>& classes) const {
  return std::make_unique<ClassifyEvaluation>(static_cast<std::int64_t>(classes.size()));
}

std::unique_ptr<Collator> ClassifyConfig::collator(Split split,
                                                   const CollatorContext& context) const {
  if (split == Split::val) return std::make_unique<LabelCollator>();
  return std::make_unique<MixingCollator>(context.mixup, context.num_classes, options.smoothing,
                                          context.seed);
}

void ClassifyConfig::tell(const Prediction& prediction, const TellOptions& options_,
                          nlohmann::json& object) const {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [label, probability] : top(prediction, options_))
    list.push_back({{"label", label}, {"probability", probability}});
  object["top"] = std::move(list);
}

std::string ClassifyConfig::text(const Prediction& prediction, const TellOptions& options_) const {
  TextTable table({{"class"}, {"probability", Align::right}, {""}});
  for (const auto& [label, probability] : top(prediction, options_))
    table.add(
        {label, fixed(100 * probability, 2) + " %", text_bar(probability, 30, options_.unicode)});
  return table.text();
}

Image ClassifyConfig::draw(const Image& image, const Prediction& prediction,
                           const TellOptions& options_) const {
  const auto [label, probability] = top(prediction, options_).at(0);
  Image drawn = image;
  draw_label(drawn, label + " " + fixed(100 * probability, 1) + " %", 4, 4, Colour{255, 255, 255},
             Colour{20, 20, 20}, std::clamp(image.height / 30, 8, 28));
  return drawn;
}

}  // namespace vit
