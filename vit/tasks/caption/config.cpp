#include "vit/tasks/caption/config.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "vit/image/draw.h"
#include "vit/tasks/caption/evaluation.h"
#include "vit/tasks/caption/predictor.h"
#include "vit/tasks/caption/saying.h"
#include "vit/tasks/caption/sentence_collator.h"
#include "vit/tasks/caption/task.h"
#include "vit/tasks/caption/weights.h"
#include "vit/weights/state_dict.h"

namespace vit {

bool CaptionConfig::owns(const std::filesystem::path& weights) const {
  return has_decoder(weights);
}

std::optional<Recognised> CaptionConfig::recognise(const WeightsFile& weights,
                                                   std::optional<Size2> image) const {
  if (!has_decoder(weights.path)) return std::nullopt;
  return recognise_shapes(to_timm(caption_part(read_state_dict(weights.path).tensors, "encoder."),
                                  weights.path.string()),
                          image);
}

void CaptionConfig::take_from(const std::filesystem::path& weights, ModelSpec& spec) {
  take_decoder_from(weights, options);
  num_classes(spec) = 0;
  take_tokenizer_beside(options.words, weights);
}

void CaptionConfig::learn_from(const Dataset& data) {
  learn_vocabulary(options.words, data, options.vocab_size);
}

ModelSpec CaptionConfig::model(const ModelSpec& spec) const {
  ModelSpec encoder = spec;
  num_classes(encoder) = 0;
  return encoder;
}

std::vector<OptionRule> CaptionConfig::refused() const {
  std::vector<OptionRule> rules;
  for (const char* pattern : {"augment.mixup*", "augment.cutmix*", "augment.multi_crop.*"})
    rules.push_back({pattern, "a sentence is about one whole image"});
  return rules;
}

std::unique_ptr<Task> CaptionConfig::make(const TaskContext& context) const {
  return std::make_unique<CaptionTask>(*this, context);
}

std::unique_ptr<Predictor> CaptionConfig::predictor(Graph graph, const InputSpec& /*input*/,
                                                    const std::vector<std::string>& /*classes*/,
                                                    const PredictOptions& /*options*/) const {
  return std::make_unique<CaptionPredictor>(std::move(graph),
                                            text_input(options.words, options.context_length));
}

std::unique_ptr<Evaluation> CaptionConfig::evaluation(
    const std::vector<std::string>& /*classes*/) const {
  return std::make_unique<CaptionEvaluation>(parse_attributes(options.attributes));
}

std::unique_ptr<Collator> CaptionConfig::collator(Split /*split*/,
                                                  const CollatorContext& context) const {
  return std::make_unique<SentenceCollator>(text_input(options.words, options.context_length),
                                            options.parallel, context.seed);
}

void CaptionConfig::tell(const Prediction& prediction, const TellOptions& /*told*/,
                         nlohmann::json& object) const {
  const Caption& said = std::get<Caption>(prediction);
  object["caption"] = said.text;
  if (said.how) tell_saying(*said.how, object);
}

std::string CaptionConfig::text(const Prediction& prediction, const TellOptions& /*told*/) const {
  return std::get<Caption>(prediction).text + "\n";
}

Image CaptionConfig::draw(const Image& image, const Prediction& prediction,
                          const TellOptions& /*told*/) const {
  const Caption& said = std::get<Caption>(prediction);
  if (said.how) return saying_images(image, said);
  Image drawn = image;
  draw_label(drawn, said.text, 4, 4, Colour{255, 255, 255}, Colour{20, 20, 20},
             std::clamp(image.height / 30, 8, 28));
  return drawn;
}

}  // namespace vit
