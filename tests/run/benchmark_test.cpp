#include "vit/run/benchmark.h"

#include "tests/catch.h"
#include "vit/tasks/classify/config.h"

namespace {

vit::Experiment bench_example() {
  return vit::parse_experiment(
      "data: {batch_size: 4}\n"
      "model: {name: vit_tiny_patch16_224, img_size: 8, patch_size: 4, embed_dim: 32, depth: 1,\n"
      "        num_heads: 2, num_classes: 32}\n"
      "train: {threads: 1}\n",
      "small.yaml");
}

}  // namespace

TEST_CASE("A benchmark times the steps that it was asked for, and knows their products") {
  const vit::Benchmark training = vit::benchmark_training(bench_example(), {.steps = 3});
  CHECK(training.seconds.size() == 3);
  CHECK(training.plain_seconds.empty());
  CHECK(training.batch_size == 4);
  CHECK(training.threads == 1);
  CHECK(training.dtype == "fp32");
  CHECK(training.images_per_s() > 0);
  CHECK(training.best_images_per_s() >= training.images_per_s());
  CHECK(training.peak_gflops > 0);
  const vit::Benchmark inference =
      vit::benchmark_inference(bench_example(), {.steps = 2, .dtype = "bf16", .compare = true});
  CHECK(inference.dtype == "bf16");
  CHECK(inference.plain_seconds.size() == 2);
  CHECK(inference.plain_images_per_s() > 0);
  // Training counts two products more for each of the forward pass.
  CHECK(training.flops == 3 * inference.flops);
  CHECK(inference.gflops() > 0);
}

TEST_CASE("The median lies between two steps in the middle") {
  vit::Benchmark result;
  result.batch_size = 10;
  result.flops = 4e9;
  result.seconds = {1.0, 3.0, 100.0, 0.5};
  CHECK(result.images_per_s() == Approx(5.0));
  CHECK(result.best_images_per_s() == Approx(20.0));
  CHECK(result.gflops() == Approx(2.0));
}

TEST_CASE("A benchmark takes the classes of the data, and versions of each image for jsd") {
  vit::Experiment experiment = vit::parse_experiment(
      "data: {batch_size: 4, image_size: 16, num_train: 20, num_val: 8}\n"
      "model: {name: vit_tiny_patch16_224, img_size: 8, patch_size: 4, embed_dim: 32, depth: 1,\n"
      "        num_heads: 2}\n"
      "train: {threads: 1}\n",
      "small.yaml");
  num_classes(experiment.model) = 0;  // as of weights whose head is to be made anew
  const vit::Benchmark plain = vit::benchmark_training(experiment, {.steps = 1});
  CHECK(plain.seconds.size() == 1);
  const auto with_loss = [&](const char* loss) {
    vit::ClassifyOptions options;
    options.loss = loss;
    return vit::TaskSpec(vit::ClassifyConfig(options));
  };
  experiment.task = with_loss("jsd");
  CHECK(vit::benchmark_training(experiment, {.steps = 1}).flops == 3 * plain.flops);
  vit::Experiment ten = experiment;
  ten.task = with_loss("ce");
  num_classes(ten.model) = 10;
  ten.num_classes_given = true;
  CHECK(vit::benchmark_training(ten, {.steps = 1}).flops == plain.flops);
}

TEST_CASE("A task that says words is timed with those of its data") {
  for (const vit::TaskEntry& entry : vit::task_entries()) {
    if (!entry.make()->needs().has(vit::SamplePart::caption)) continue;
    INFO(entry.name);
    const vit::Experiment experiment = vit::parse_experiment(
        "data: {batch_size: 4, image_size: 16, num_train: 20, num_val: 8}\n"
        "augment: {train: []}\n"
        "model: {name: vit_tiny_patch16_224, img_size: 8, patch_size: 4, embed_dim: 8, depth: 1,\n"
        "        num_heads: 2}\n"
        "train: {device: cpu, threads: 1}\n",
        "small.yaml", {"task.name=" + std::string(entry.name)});
    CHECK(vit::benchmark_training(experiment, {.steps = 1}).seconds.size() == 1);
    CHECK(vit::benchmark_inference(experiment, {.steps = 1}).seconds.size() == 1);
  }
}
