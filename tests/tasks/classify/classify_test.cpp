#include "vit/tasks/classify/task.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/loss/cross_entropy.h"
#include "vit/loss/jsd.h"
#include "vit/models/linear.h"
#include "vit/tasks/classify/evaluation.h"

namespace {

using Model = vit::LinearModel;

/// A task of this model, with options that a test sets.
vit::ClassifyTask task_of(const Model& model, const vit::ClassifyOptions& options) {
  return {model.ptr(),
          vit::ClassifyConfig(options),
          {},
          std::vector<std::string>(static_cast<std::size_t>(model->options.num_classes))};
}

/// An evaluation of this model, which is shown its own predictions.
struct Evaluated {
  explicit Evaluated(const Model& model)
      : task(task_of(model, {})),
        predictor(task.predictor()),
        evaluation(model->options.num_classes) {}
  void add(const vit::Batch& batch) { evaluation.add(batch, predictor->predict(batch)); }
  vit::ClassifyTask task;
  std::unique_ptr<vit::Predictor> predictor;
  vit::ClassifyEvaluation evaluation;
};

double part(const vit::TaskStep& step, const std::string& name) {
  for (const auto& [key, value] : step.parts)
    if (key == name) return value.item<double>();
  FAIL("no part " << name);
  return 0;
}

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
  return vit::labelled_batch(
      vit::test::random_tensor({size, 3, 2, 2}, static_cast<std::uint64_t>(first_index) + 5),
      torch::tensor(labels), torch::arange(first_index, first_index + size));
}

double figure(const vit::Metrics& metrics, const std::string& name) {
  const auto value = vit::value_of(metrics, name);
  REQUIRE(value);
  return *value;
}

}  // namespace

TEST_CASE("A training step is the smoothed cross entropy, with the number of right answers") {
  vit::LinearModel model = model_of(4);
  vit::ClassifyTask task = task_of(model, {.smoothing = 0.2});
  const vit::Batch batch = batch_of({0, 1, 2, 3, 0, 1});
  const vit::TaskStep step = task.step(batch);
  const torch::Tensor logits = model->forward(batch.images);
  CHECK(torch::allclose(step.loss, vit::cross_entropy(logits, vit::labels_of(batch), 0.2)));
  CHECK(step.loss.requires_grad());
  CHECK(part(step, "top1") ==
        Approx(
            100 *
            (logits.argmax(1) == vit::labels_of(batch)).to(torch::kFloat64).mean().item<double>()));
}

TEST_CASE("Evaluating in batches gives the figures of the whole, the loss without smoothing") {
  vit::LinearModel model = model_of(7);
  const vit::Batch large = batch_of({0, 1, 2, 3, 4}, 0), small = batch_of({5, 6}, 5);
  Evaluated evaluated(model), first(model), second(model);
  evaluated.add(large);
  evaluated.add(small);
  first.add(large);
  second.add(small);
  first.evaluation.merge(second.evaluation);

  const torch::Tensor logits =
      torch::cat({model->forward(large.images), model->forward(small.images)});
  const torch::Tensor labels = torch::arange(7);
  const vit::Metrics metrics = evaluated.evaluation.metrics();
  for (const vit::Metric& metric : metrics)
    CHECK(figure(first.evaluation.metrics(), metric.name) == metric.value);
  CHECK(metrics.front().name == "top1");  // decides which checkpoint is the best
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
  Evaluated evaluated(model);
  vit::ClassifyEvaluation& evaluation = evaluated.evaluation;
  const vit::Batch batch = batch_of({3, 6}, 40);
  evaluated.add(batch);
  REQUIRE(evaluation.answers().size() == 2);
  const auto& second = evaluation.answers()[1];
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
  Evaluated evaluated(model);
  vit::ClassifyEvaluation& evaluation = evaluated.evaluation;
  evaluated.add(batch_of({0, 1, 1}));
  CHECK(evaluation.answers()[0].top.size() == 2);
  CHECK(figure(evaluation.metrics(), "top5") == 100);
}

TEST_CASE("Evaluating records no gradient") {
  vit::LinearModel model = model_of(3);
  Evaluated evaluated(model);
  evaluated.add(batch_of({0, 1, 2}));
  CHECK_FALSE(model->parameters()[0].grad().defined());
}

TEST_CASE("Mixed samples are learned by their targets, and not counted as right or wrong") {
  vit::LinearModel model = model_of(3);
  vit::ClassifyTask task = task_of(model, {.smoothing = 0.2});
  vit::Batch batch = batch_of({0, 1});
  const auto mixed = std::make_shared<vit::ClassLabels>(vit::labels_of(batch));
  mixed->targets = torch::tensor({{0.3f, 0.7f, 0.0f}, {0.5f, 0.0f, 0.5f}});
  batch.annotations = mixed;
  const vit::TaskStep step = task.step(batch);
  CHECK(
      torch::allclose(step.loss, vit::cross_entropy(model->forward(batch.images), mixed->targets)));
  CHECK(step.parts.empty());
}

TEST_CASE("Each loss is what its name says") {
  vit::LinearModel model = model_of(3);
  const vit::Batch batch = batch_of({0, 1, 2});
  const auto loss = [&](vit::ClassifyOptions options) {
    options.smoothing = 0;
    return task_of(model, options).step(batch).loss.item<double>();
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
  vit::ClassifyTask task = task_of(model, {.loss = "jsd", .jsd_splits = 3});
  vit::Batch batch = batch_of({0, 1, 0, 1, 0, 1});
  CHECK_THROWS_WITH(task.step(batch), Catch::Contains("3 versions of each image"));
  batch.versions = 3;
  CHECK(batch.samples() == 2);
  const vit::TaskStep step = task.step(batch);
  const torch::Tensor logits = model->forward(batch.images);
  CHECK(torch::allclose(step.loss,
                        vit::jsd_cross_entropy(logits, vit::labels_of(batch), 3, 12.0, 0.1)));
  CHECK(part(step, "top1") ==
        50 * (logits.argmax(1) == vit::labels_of(batch)).slice(0, 0, 2).sum().item<double>());
}
