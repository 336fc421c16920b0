#include "vit/tasks/caption/evaluation.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "vit/tasks/texts.h"

namespace {

struct SaidOf {
  std::string source, own, said;
};

void hear(vit::CaptionEvaluation& evaluation, const std::vector<SaidOf>& images) {
  auto texts = std::make_shared<vit::Texts>();
  std::vector<vit::Prediction> predictions;
  for (const SaidOf& image : images) {
    texts->captions.push_back(image.own);
    texts->sources.push_back(image.source);
    predictions.emplace_back(vit::Caption{image.said});
  }
  vit::Batch batch;
  batch.indices = torch::arange(static_cast<std::int64_t>(images.size()));
  batch.annotations = texts;
  evaluation.add(batch, predictions);
}

}  // namespace

TEST_CASE("A sentence is exact where it is one of the image's own, but for case and blanks") {
  vit::CaptionEvaluation evaluation;
  CHECK(evaluation.metrics().front().value == 0);
  hear(evaluation, {{"a", "a cat", "a dog"}, {"a", "A  dog", "a dog"}, {"b", "a bird", "a cat"}});
  CHECK(evaluation.metrics().front().name == "exact");
  CHECK(evaluation.metrics().front().value == 50);
  vit::CaptionEvaluation more;
  hear(more, {{"b", "a cat", "a cat"}});  // another caption of b
  evaluation.merge(more);
  CHECK(evaluation.metrics().front().value == 100);
}

TEST_CASE("Sentences are scored as COCO does, by their words alone") {
  vit::CaptionEvaluation evaluation;
  hear(evaluation, {{"a", "A red ring , on blue .", "a red ring on blue"},
                    {"b", "a small cat", "a small green cat"},
                    {"b", "one cat", "a small green cat"}});
  const std::vector<vit::CaptionedImage> words{{"a red ring on blue", {"a red ring on blue"}},
                                               {"a small green cat", {"a small cat", "one cat"}}};
  const vit::CaptionScores expected = vit::evaluate_captions(words).all;
  const vit::Metrics found = evaluation.metrics();
  CHECK(*vit::value_of(found, "bleu1") == Approx(expected.bleu[0]));
  CHECK(*vit::value_of(found, "bleu4") == Approx(expected.bleu[3]));
  CHECK(*vit::value_of(found, "rouge_l") == Approx(expected.rouge_l));
  CHECK(*vit::value_of(found, "cider") == Approx(expected.cider));
  CHECK(expected.cider > 1);
  for (const vit::Metric& metric : found) CHECK(metric.better == vit::Better::larger);
}

TEST_CASE("An attribute is right where its words are those of one of the own sentences") {
  vit::CaptionEvaluation evaluation(
      vit::parse_attributes({"colour: red blue, before on", "ground: red blue, after on"}));
  CHECK(vit::value_of(evaluation.metrics(), "right_colour") == 0);
  hear(evaluation, {{"a", "a red ring on blue", "a red cat on red"},
                    {"b", "a blue ring on red", "a red ring on red"},
                    {"b", "a red ring on red", "a red ring on red"},
                    {"c", "a ring on red", "a red ring on red"},
                    {"d", "a blue ring on red", "a blue ring on"}});
  CHECK(*vit::value_of(evaluation.metrics(), "right_colour") == 75);
  CHECK(*vit::value_of(evaluation.metrics(), "right_ground") == 50);
}
