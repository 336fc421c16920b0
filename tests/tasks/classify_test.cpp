#include "vit/tasks/classify.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/loss/cross_entropy.h"
#include "vit/loss/jsd.h"
#include "vit/models/linear.h"

namespace {

vit::LinearModel model_of(std::int64_t classes) {
  vit::LinearModelOptions options;
  options.img_size = {2, 2};
  options.num_classes = classes;
  vit::LinearModel model(options);
  vit::test::randomize(model);
  return model;
}

vit::Batch batch_of(const std::vector<std::int64_t>& labels, std::int64_t first_index = 0) {
  const auto size = static_cast<std::int64_t>(labels.size());
  return {vit::test::random_tensor({size, 3, 2, 2}, static_cast<std::uint64_t>(first_index) + 5),
          torch::tensor(labels), torch::arange(first_index, first_index + size)};
}

double figure(const vit::Metrics& metrics, const std::string& name) {
  for (const auto& [key, value] : metrics)
    if (key == name) return value;
  FAIL("no figure " << name);
  return 0;
}

}  // namespace

TEST_CASE("A training step is the smoothed cross entropy, with the number of right answers") {
  vit::LinearModel model = model_of(4);
  vit::ClassifyTask task(*model, {.smoothing = 0.2});
  const vit::Batch batch = batch_of({0, 1, 2, 3, 0, 1});
  const vit::TaskStep step = task.step(batch);
  const torch::Tensor logits = model->forward(batch.images);
  CHECK(torch::allclose(step.loss, vit::cross_entropy(logits, batch.labels, 0.2)));
  CHECK(step.loss.requires_grad());
  CHECK(torch::equal(step.correct, (logits.argmax(1) == batch.labels).sum()));
}

TEST_CASE("Evaluating in batches gives the figures of the whole, the loss without smoothing") {
  vit::LinearModel model = model_of(7);
  const vit::Batch large = batch_of({0, 1, 2, 3, 4}, 0), small = batch_of({5, 6}, 5);
  vit::ClassifyTask task(*model, {.smoothing = 0.5});
  const auto evaluation = task.evaluate();
  evaluation->add(large);
  evaluation->add(small);

  const torch::Tensor logits =
      torch::cat({model->forward(large.images), model->forward(small.images)});
  const torch::Tensor labels = torch::arange(7);
  const vit::Metrics metrics = evaluation->metrics();
  CHECK(metrics.front().first == "top1");  // decides which checkpoint is the best
  CHECK(figure(metrics, "loss") ==
        Approx(vit::cross_entropy(logits, labels).item<double>()).epsilon(1e-6));
  const torch::Tensor ranks =
      (logits > logits.gather(1, labels.unsqueeze(1))).sum(1);  // how many are larger
  CHECK(figure(metrics, "top1") ==
        Approx(100 * (ranks < 1).to(torch::kFloat64).mean().item<double>()));
  CHECK(figure(metrics, "top5") ==
        Approx(100 * (ranks < 5).to(torch::kFloat64).mean().item<double>()));
}

TEST_CASE("Each sample's prediction is kept: its place, its class, and the five best in order") {
  vit::LinearModel model = model_of(7);
  vit::ClassifyEvaluation evaluation(*model);
  const vit::Batch batch = batch_of({3, 6}, 40);
  evaluation.add(batch);
  REQUIRE(evaluation.predictions().size() == 2);
  const auto& second = evaluation.predictions()[1];
  CHECK(second.index == 41);
  CHECK(second.label == 6);
  REQUIRE(second.top.size() == 5);
  const torch::Tensor probabilities = model->forward(batch.images)[1].softmax(0);
  double before = 1;
  for (const auto& [label, probability] : second.top) {
    CHECK(probability == Approx(probabilities[label].item<double>()));
    CHECK(probability <= before);
    before = probability;
  }
  CHECK(evaluation.confusion().at(6, second.top.front().first) == 1);
}

TEST_CASE("Fewer than five classes give as many guesses, and top-5 is always right") {
  vit::LinearModel model = model_of(2);
  vit::ClassifyEvaluation evaluation(*model);
  evaluation.add(batch_of({0, 1, 1}));
  CHECK(evaluation.predictions()[0].top.size() == 2);
  CHECK(figure(evaluation.metrics(), "top5") == 100);
}

TEST_CASE("Evaluating records no gradient") {
  vit::LinearModel model = model_of(3);
  vit::ClassifyEvaluation evaluation(*model);
  evaluation.add(batch_of({0, 1, 2}));
  CHECK_FALSE(model->parameters()[0].grad().defined());
}

TEST_CASE("Mixed samples are learned by their targets, and not counted as right or wrong") {
  vit::LinearModel model = model_of(3);
  vit::ClassifyTask task(*model, {.smoothing = 0.2});
  vit::Batch batch = batch_of({0, 1});
  batch.targets = torch::tensor({{0.3f, 0.7f, 0.0f}, {0.5f, 0.0f, 0.5f}});
  const vit::TaskStep step = task.step(batch);
  CHECK(
      torch::allclose(step.loss, vit::cross_entropy(model->forward(batch.images), batch.targets)));
  CHECK_FALSE(step.correct.defined());
}

TEST_CASE("Each loss is what its name says") {
  vit::LinearModel model = model_of(3);
  const vit::Batch batch = batch_of({0, 1, 2});
  const auto loss = [&](vit::ClassifyOptions options) {
    options.smoothing = 0;
    return vit::ClassifyTask(*model, options).step(batch).loss.item<double>();
  };
  const torch::Tensor logits = model->forward(batch.images);
  CHECK(loss({.loss = "bce", .bce_sum = true}) ==
        Approx(3 * loss({.loss = "bce", .bce_sum = false})));
  CHECK(loss({.loss = "focal", .focal_gamma = 0}) == Approx(loss({.loss = "ce"})));
  CHECK(loss({.loss = "ce", .class_weights = std::vector<double>{1, 1, 1}}) ==
        Approx(loss({.loss = "ce"})));
  CHECK_THROWS_WITH(loss({.loss = "ce", .class_weights = std::vector<double>{1, 1}}),
                    Catch::Contains("one number for each class"));
  CHECK_THROWS_WITH(loss({.loss = "jsd", .jsd_splits = 2}), Catch::Contains("2 versions"));
}

TEST_CASE("jsd learns of versions of each image: right is counted on the first ones") {
  vit::LinearModel model = model_of(4);
  vit::ClassifyTask task(*model, {.loss = "jsd", .jsd_splits = 3});
  vit::Batch batch = batch_of({0, 1, 0, 1, 0, 1});
  CHECK_THROWS_WITH(task.step(batch), Catch::Contains("3 versions of each image"));
  batch.versions = 3;
  CHECK(batch.samples() == 2);
  const vit::TaskStep step = task.step(batch);
  const torch::Tensor logits = model->forward(batch.images);
  CHECK(torch::allclose(step.loss, vit::jsd_cross_entropy(logits, batch.labels, 3, 12.0, 0.1)));
  CHECK(step.correct.item<std::int64_t>() ==
        (logits.argmax(1) == batch.labels).slice(0, 0, 2).sum().item<std::int64_t>());
}
