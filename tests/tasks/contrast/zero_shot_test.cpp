#include "vit/tasks/contrast/zero_shot.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "vit/core/error.h"
#include "vit/data/class_labels.h"

namespace {

struct ClassifiedImage {
  std::int64_t label;
  std::vector<float> logits, embedding;
};

void look_at(vit::ZeroShotEvaluation& evaluation, const std::vector<ClassifiedImage>& images) {
  torch::Tensor labels = torch::zeros({static_cast<std::int64_t>(images.size())}, torch::kInt64);
  std::vector<vit::Prediction> predictions;
  for (std::size_t i = 0; i < images.size(); ++i) {
    labels[static_cast<std::int64_t>(i)] = images[i].label;
    predictions.emplace_back(vit::ImageText{images[i].embedding, {}, images[i].logits});
  }
  evaluation.add(vit::labelled_batch(torch::zeros({labels.size(0), 1, 1, 1}), labels), predictions);
}

}  // namespace

TEST_CASE("A class is told where its sentences are the most alike; what is as alike comes first") {
  vit::ZeroShotEvaluation evaluation({"a", "b", "c"});
  CHECK(evaluation.metrics().front().name == "top1");
  look_at(evaluation, {{0, {2, 1, 0}, {1, 0}}, {1, {2, 1, 0}, {1, 0}}, {2, {0, 5, 5}, {1, 0}}});
  vit::ZeroShotEvaluation more({"a", "b", "c"});
  look_at(more, {{2, {0, 1, 2}, {1, 0}}});
  evaluation.merge(more);
  CHECK(vit::value_of(evaluation.metrics(), "top1") == 50);
  CHECK(vit::value_of(evaluation.metrics(), "top5") == 100);
  CHECK(evaluation.headline()->chance == Approx(100.0 / 3));
}

TEST_CASE("Neighbours and a linear classifier tell what embeddings know, whatever is said of it") {
  vit::ZeroShotEvaluation evaluation({"a", "b"});
  std::vector<ClassifiedImage> images;
  for (int i = 0; i < 40; ++i)
    images.push_back(
        {i % 2, {1, 0}, i % 2 == 0 ? std::vector<float>{1, 0} : std::vector<float>{0.6F, 0.8F}});
  look_at(evaluation, images);
  CHECK(vit::value_of(evaluation.metrics(), "top1") == 50);
  CHECK(vit::value_of(evaluation.metrics(), "knn") == 100);
  CHECK(vit::value_of(evaluation.metrics(), "probe") == 100);
}

TEST_CASE("Without sentences about classes there is nothing to tell them by") {
  vit::ZeroShotEvaluation evaluation({"a", "b"});
  CHECK_THROWS_AS(look_at(evaluation, {{0, {}, {1, 0}}}), vit::Error);
}
