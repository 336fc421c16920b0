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
