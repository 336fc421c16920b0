#include "vit/tasks/contrast/evaluation.h"

#include <torch/utils.h>

#include <cmath>

#include "tests/catch.h"
#include "vit/tasks/texts.h"

namespace {

struct Seen {
  std::string source, caption;
  std::vector<float> image, text;
  std::int64_t label = -1;
  std::vector<float> logits{};
};

void see(vit::ContrastEvaluation& evaluation, const std::vector<Seen>& pairs) {
  auto texts = std::make_shared<vit::Texts>();
  std::vector<vit::Prediction> predictions;
  for (const Seen& pair : pairs) {
    texts->captions.push_back(pair.caption);
    texts->sources.push_back(pair.source);
    texts->labels.push_back(pair.label);
    predictions.emplace_back(vit::ImageText{pair.image, pair.text, pair.logits});
  }
  vit::Batch batch;
  batch.indices = torch::arange(static_cast<std::int64_t>(pairs.size()));
  batch.annotations = texts;
  evaluation.add(batch, predictions);
}

double value(const vit::ContrastEvaluation& evaluation, const char* name) {
  return vit::value_of(evaluation.metrics(), name).value();
}

const std::vector<float> kEast{1, 0}, kNorth{0, 1}, kWest{-1, 0};

}  // namespace

TEST_CASE("An image with several captions is one image, and any of them is right") {
  vit::ContrastEvaluation evaluation({});
  see(evaluation, {{"a.jpg", "a cat", kEast, kNorth},  // this caption is nearer to the other image
                   {"a.jpg", "a pet", kEast, kEast},
                   {"b.jpg", "a dog", kNorth, {0.0f, 0.9f}}});
  CHECK(value(evaluation, "i2t_r1") == Approx(50));  // b's nearest is `a cat`
  CHECK(value(evaluation, "t2i_r1") == Approx(200.0 / 3));
  CHECK(value(evaluation, "r1") == Approx((50 + 200.0 / 3) / 2));
  CHECK(value(evaluation, "i2t_r5") == 100);
}

TEST_CASE("Captions that read the same are right for each other's images") {
  vit::ContrastEvaluation evaluation({});
  see(evaluation, {{"a.jpg", "a cat", kEast, kNorth}, {"b.jpg", "a cat", kNorth, kEast}});
  CHECK(value(evaluation, "r1") == 100);
}

TEST_CASE("Zero-shot accuracy counts what has a label, and is no number where nothing has") {
  vit::ContrastEvaluation evaluation({"cat", "dog"});
  CHECK(std::isnan(value(evaluation, "zero_shot")));
  see(evaluation, {{"a", "x", kEast, kEast, 0, {2, 1}},
                   {"b", "y", kNorth, kNorth, 0, {1, 2}},
                   {"c", "z", kWest, kWest, -1, {1, 2}}});
  CHECK(value(evaluation, "zero_shot") == 50);
  CHECK_FALSE(vit::value_of(vit::ContrastEvaluation({}).metrics(), "zero_shot"));
}

TEST_CASE("Evaluations of two halves are together that of the whole") {
  const std::vector<Seen> pairs{{"a", "one", kEast, kEast, 0, {1, 0}},
                                {"b", "two", kNorth, kWest, 1, {1, 0}},
                                {"c", "three", kWest, kNorth, 1, {0, 1}}};
  vit::ContrastEvaluation whole({"x", "y"}), first({"x", "y"}), second({"x", "y"});
  see(whole, pairs);
  see(first, {pairs[0]});
  see(second, {pairs[1], pairs[2]});
  first.merge(second);
  CHECK((first.metrics() == whole.metrics()));
}
