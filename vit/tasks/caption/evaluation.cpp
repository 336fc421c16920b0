#include "vit/tasks/caption/evaluation.h"

#include <algorithm>
#include <array>

#include "vit/report/number.h"
#include "vit/tasks/caption/saying.h"
#include "vit/tasks/texts.h"
#include "vit/text/text_rule.h"

namespace vit {
namespace {

/// What two sentences are compared by: words in lower case, single blanks between them.
std::string plain(const std::string& sentence) {
  return TextRule{{TextStep::nfc, TextStep::lower, TextStep::whitespace}}.apply(sentence);
}

bool is_exact(const std::string& said, const std::vector<std::string>& own) {
  return std::any_of(own.begin(), own.end(),
                     [&](const std::string& one) { return plain(one) == plain(said); });
}

}  // namespace

void CaptionEvaluation::add(const Batch& batch, const std::vector<Prediction>& predictions) {
  const auto& truth = batch.annotations_as<Texts>();
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    Described& image = images_[truth.sources[i]];
    if (image.index < 0) {
      image.index = batch.indices.const_data_ptr<std::int64_t>()[i];
      image.said = std::get<Caption>(predictions[i]);
    }
    image.own.push_back(truth.captions[i]);
  }
}

void CaptionEvaluation::merge(const Evaluation& other) {
  for (const auto& [source, more] : dynamic_cast<const CaptionEvaluation&>(other).images_) {
    Described& image = images_[source];
    if (image.index < 0) {
      image.index = more.index;
      image.said = more.said;
    }
    image.own.insert(image.own.end(), more.own.begin(), more.own.end());
  }
}

double CaptionEvaluation::exact() const {
  if (images_.empty()) return 0;
  const auto count = std::count_if(images_.begin(), images_.end(), [](const auto& item) {
    return is_exact(item.second.said.text, item.second.own);
  });
  return 100.0 * static_cast<double>(count) / static_cast<double>(images_.size());
}

double CaptionEvaluation::right(const SentenceAttribute& attribute) const {
  if (images_.empty()) return 0;
  const auto count = std::count_if(images_.begin(), images_.end(), [&](const auto& item) {
    const std::vector<std::string> said = attribute.in(item.second.said.text);
    const std::vector<std::string>& own = item.second.own;
    return std::any_of(own.begin(), own.end(),
                       [&](const std::string& one) { return attribute.in(one) == said; });
  });
  return 100.0 * static_cast<double>(count) / static_cast<double>(images_.size());
}

CaptionScores CaptionEvaluation::scores() const {
  std::vector<CaptionedImage> all;
  for (const auto& [source, image] : images_) {
    CaptionedImage& one = all.emplace_back(CaptionedImage{words_of_sentence(image.said.text), {}});
    for (const std::string& own : image.own) one.references.push_back(words_of_sentence(own));
  }
  return evaluate_captions(all).all;
}

Metrics CaptionEvaluation::metrics() const {
  Metrics all{{.name = "exact", .value = exact(), .title = "exact sentence", .percent = true}};
  for (const SentenceAttribute& attribute : attributes_)
    all.push_back({.name = "right_" + attribute.name,
                   .value = right(attribute),
                   .title = attribute.name + " right",
                   .percent = true});
  const CaptionScores found = scores();
  for (std::size_t n = 0; n < found.bleu.size(); ++n)
    all.push_back(
        {.name = str("bleu", n + 1), .value = found.bleu[n], .title = str("BLEU-", n + 1)});
  all.push_back({.name = "rouge_l", .value = found.rouge_l, .title = "ROUGE-L"});
  all.push_back({.name = "cider", .value = found.cider, .title = "CIDEr-D"});
  return all;
}

std::optional<Headline> CaptionEvaluation::headline() const {
  return Headline{.title = "Best share of exact sentences",
                  .percent = exact(),
                  .count = static_cast<std::int64_t>(images_.size()),
                  .counted = "images",
                  .proportion = true};
}

Gallery CaptionEvaluation::gallery(const Dataset& data) const {
  constexpr std::size_t kMostShown = 16;
  Gallery gallery{.about =
                      "What is said of images, those first whose sentence is not their own; "
                      "below it, what they are called.",
                  .items = {}};
  for (const bool exact : {false, true})
    for (const auto& [source, image] : images_) {
      if (gallery.items.size() >= kMostShown) break;
      if (is_exact(image.said.text, image.own) != exact) continue;
      gallery.items.push_back(
          {data.get(image.index).image,
           exact ? image.said.text : image.said.text + " (own: " + image.own[0] + ")", source});
    }
  return gallery;
}

EvaluationReport CaptionEvaluation::report(const Dataset& data) const {
  EvaluationReport report;
  report.headline = headline();
  if (images_.empty()) return report;
  const CaptionScores found = scores();
  const std::string as_coco = "as COCO's caption evaluation has it";
  report.figures.push_back({"BLEU-4", fixed(found.bleu[3], 3), as_coco});
  report.figures.push_back({"ROUGE-L", fixed(found.rouge_l, 3), as_coco});
  report.figures.push_back({"CIDEr-D", fixed(found.cider, 2), as_coco + ", 0 to 10"});
  if (!attributes_.empty()) {
    Bars bars{.about =
                  "How many sentences have the words of an attribute as the image's own sentence "
                  "has them, in percent.",
              .bars = {}};
    for (const SentenceAttribute& attribute : attributes_)
      bars.bars.emplace_back(attribute.name, right(attribute));
    report.sections.push_back({"What is right in the sentences", std::move(bars)});
  }
  report.sections.push_back({"Sentences", gallery(data)});
  for (const auto& [source, image] : images_) {
    if (!image.said.how) continue;
    add_saying(report, data.get(image.index).image, image.said, source);
    break;
  }
  return report;
}

}  // namespace vit
