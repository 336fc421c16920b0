#include "vit/tasks/caption/evaluation.h"

#include <algorithm>

#include "vit/report/number.h"
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
    image.index = batch.indices.const_data_ptr<std::int64_t>()[i];
    image.said = std::get<Caption>(predictions[i]).text;
    image.own.push_back(truth.captions[i]);
  }
}

void CaptionEvaluation::merge(const Evaluation& other) {
  for (const auto& [source, more] : dynamic_cast<const CaptionEvaluation&>(other).images_) {
    Described& image = images_[source];
    image.index = more.index;
    image.said = more.said;
    image.own.insert(image.own.end(), more.own.begin(), more.own.end());
  }
}

Metrics CaptionEvaluation::metrics() const {
  double exact = 0;
  for (const auto& [source, image] : images_) exact += is_exact(image.said, image.own) ? 1 : 0;
  return {{.name = "exact",
           .value = images_.empty() ? 0 : 100 * exact / static_cast<double>(images_.size()),
           .title = "exact sentence",
           .percent = true}};
}

std::optional<Headline> CaptionEvaluation::headline() const {
  return Headline{.title = "Best share of exact sentences",
                  .percent = metrics().front().value,
                  .count = static_cast<std::int64_t>(images_.size()),
                  .counted = "images"};
}

EvaluationReport CaptionEvaluation::report(const Dataset& data) const {
  constexpr std::size_t kMostShown = 16;
  EvaluationReport report;
  report.headline = headline();
  Gallery gallery{.about =
                      "What is said of images, those first whose sentence is not their own; "
                      "below it, what they are called.",
                  .items = {}};
  for (const bool exact : {false, true})
    for (const auto& [source, image] : images_) {
      if (gallery.items.size() >= kMostShown) break;
      if (is_exact(image.said, image.own) != exact) continue;
      gallery.items.push_back({data.get(image.index).image,
                               exact ? image.said : image.said + " (own: " + image.own[0] + ")",
                               source});
    }
  report.sections.push_back({"Sentences", std::move(gallery)});
  return report;
}

}  // namespace vit
