#include "vit/tasks/contrast/config.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/class_labels.h"
#include "vit/image/draw.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/report/terminal.h"
#include "vit/tasks/contrast/evaluation.h"
#include "vit/tasks/contrast/predictor.h"
#include "vit/tasks/contrast/task.h"
#include "vit/tasks/contrast/weights.h"
#include "vit/tasks/contrast/zero_shot.h"
#include "vit/weights/state_dict.h"

namespace vit {
namespace {

/// The classes of the largest probabilities, the most probable first; none where none were named.
std::vector<std::pair<std::string, double>> likeliest(const ImageText& prediction,
                                                      const TellOptions& told) {
  std::vector<std::pair<std::string, double>> found;
  if (prediction.logits.empty() || prediction.logits.size() != told.classes.size()) return found;
  const torch::Tensor logits = torch::tensor(prediction.logits);
  const auto [values, indices] = logits.softmax(0).topk(std::min(told.topk, logits.size(0)));
  for (std::int64_t k = 0; k < values.size(0); ++k)
    found.emplace_back(told.classes[static_cast<std::size_t>(indices[k].item<std::int64_t>())],
                       values[k].item<double>());
  return found;
}

/// Throws Error (usage) where two labels are one text to the model.
void require_different(const TextInput& input, const std::vector<std::string>& labels) {
  std::map<std::vector<std::int64_t>, std::string> known;
  for (const std::string& label : labels) {
    const auto [at, is_new] = known.emplace(input.ids(label), label);
    if (!is_new)
      throw Error(ErrorKind::usage, "--labels",
                  "`" + printable(at->second) + "` and `" + printable(label) +
                      "` are the same text to this model",
                  "name each once, and tell them apart within the tokens that it reads");
  }
}

}  // namespace

bool ContrastConfig::owns(const std::filesystem::path& weights) const {
  return has_text_tower(weights);
}

std::optional<Recognised> ContrastConfig::recognise(const WeightsFile& weights,
                                                    std::optional<Size2> image) const {
  TensorMap tower;
  for (const auto& [name, tensor] : read_state_dict(weights.path).tensors)
    if (name.starts_with("image.")) tower.emplace(name.substr(6), tensor);
  if (tower.empty()) return std::nullopt;
  return recognise_shapes(to_timm(std::move(tower), weights.path.string()), image);
}

void ContrastConfig::take_from(const std::filesystem::path& weights, ModelSpec& spec) {
  take_towers_from(weights, options, spec);
  take_tokenizer_beside(options.words, weights);
}

void ContrastConfig::learn_from(const Dataset& data) {
  learn_vocabulary(options.words, data, options.text.vocab_size);
}

ModelSpec ContrastConfig::model(const ModelSpec& spec) const {
  ModelSpec tower = spec;
  num_classes(tower) = options.embed_dim;
  return tower;
}

std::vector<std::string> ContrastConfig::frozen(const Network& /*network*/) const {
  if (!options.lock_image) return {};
  return {"image.*"};
}

std::vector<OptionRule> ContrastConfig::refused() const {
  const std::string whole = "a text belongs to one whole image";
  std::vector<OptionRule> rules;
  for (const char* pattern : {"augment.mixup*", "augment.cutmix*"})
    rules.push_back({pattern, whole});
  rules.push_back({"augment.multi_crop.*", "texts are compared with one view"});
  return rules;
}

std::vector<OptionRule> ContrastConfig::unread() const {
  std::vector<OptionRule> rules;
  if (options.loss != "siglip")
    rules.push_back({"init_logit_bias", "task.loss is " + options.loss});
  if (options.text.pool == "last") rules.push_back({"text.eos_token_id", "task.text.pool is last"});
  return rules;
}

std::unique_ptr<Task> ContrastConfig::make(const TaskContext& context) const {
  return std::make_unique<ContrastTask>(*this, context);
}

std::unique_ptr<Predictor> ContrastConfig::predictor_with_texts(
    Graph graph, Graph texts, const InputSpec& /*input*/, const std::vector<std::string>& classes,
    const PredictOptions& asked) const {
  std::optional<ClassPrompts> prompts = prompts_of(options, classes);
  if (!asked.labels.empty()) {  // as they are: sentences, and no names for one
    const TextInput input = text_input(options.words, options.text.context_length);
    require_different(input, asked.labels);
    prompts.emplace(ClassPrompts{input, asked.labels, {"{}"}});
  }
  return std::make_unique<ContrastPredictor>(
      [graph = std::move(graph)](const Batch& batch) { return graph(batch.images); },
      std::move(texts), std::move(prompts));
}

TextEmbedder ContrastConfig::text_embedder(Graph texts) const {
  if (!texts) return nullptr;
  return [texts = std::move(texts),
          options = options](const std::vector<std::string>& sentences) -> torch::Tensor {
    return text_embeddings(text_input(options.words, options.text.context_length), sentences,
                           texts);
  };
}

std::unique_ptr<Evaluation> ContrastConfig::evaluation(
    const std::vector<std::string>& classes) const {
  if (classifies_) return std::make_unique<ZeroShotEvaluation>(classes);
  return std::make_unique<ContrastEvaluation>(classes);
}

std::unique_ptr<Collator> ContrastConfig::collator(Split /*split*/,
                                                   const CollatorContext& /*context*/) const {
  if (classifies_) return std::make_unique<LabelCollator>();
  return std::make_unique<TextCollator>(text_input(options.words, options.text.context_length));
}

std::unique_ptr<TaskConfig> ContrastConfig::zero_shot() const {
  auto classifier = std::make_unique<ContrastConfig>(*this);
  classifier->classifies_ = true;
  return classifier;
}

void ContrastConfig::tell(const Prediction& prediction, const TellOptions& told,
                          nlohmann::json& object) const {
  const auto& found = std::get<ImageText>(prediction);
  object["embedding"] = found.image;
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [label, probability] : likeliest(found, told))
    list.push_back({{"label", label}, {"probability", probability}});
  if (!list.empty()) object["top"] = std::move(list);
}

std::string ContrastConfig::text(const Prediction& prediction, const TellOptions& told) const {
  const auto& found = std::get<ImageText>(prediction);
  const auto best = likeliest(found, told);
  if (best.empty())
    return str("an embedding of ", found.image.size(), " numbers (--json prints them)\n");
  TextTable table({{"class"}, {"probability", Align::right}, {""}});
  for (const auto& [label, probability] : best)
    table.add({label, fixed(100 * probability, 2) + " %", text_bar(probability, 30, told.unicode)});
  return table.text();
}

Image ContrastConfig::draw(const Image& image, const Prediction& prediction,
                           const TellOptions& told) const {
  Image drawn = image;
  const auto best = likeliest(std::get<ImageText>(prediction), told);
  if (best.empty()) return drawn;
  draw_label(drawn, best[0].first + " " + fixed(100 * best[0].second, 1) + " %", 4, 4,
             Colour{255, 255, 255}, Colour{20, 20, 20}, std::clamp(image.height / 30, 8, 28));
  return drawn;
}

}  // namespace vit
