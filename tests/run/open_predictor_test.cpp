#include "vit/run/open_predictor.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "vit/core/error.h"
#include "vit/export/bundle_files.h"
#include "vit/tasks/classify/evaluation.h"
#include "vit/weights/tensors.h"

using vit::test::Bench;
using vit::test::WorkingFolder;

namespace {

/// The weights of a run alone, as another program writes them; `head`: with their classifier.
void put_plain_weights(const std::filesystem::path& run, const std::filesystem::path& file,
                       bool head) {
  const vit::TrainedModel trained = vit::open_model(run);
  vit::TensorWriter writer;
  writer.set_metadata("format", "pt");
  for (const auto& [name, tensor] : vit::named_tensors(*trained.model))
    if (head || !name.starts_with("head.")) writer.add(name, tensor);
  writer.write(file);
}

}  // namespace

TEST_CASE("A run, its checkpoint, its export and its plain weights predict the same") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  bench.run("r", "", {}, nullptr, {"export.torchscript=true"});
  put_plain_weights("r", "plain.safetensors", true);
  const vit::OpenedPredictor run = vit::open_predictor({"r"}, c10::kCPU);
  CHECK(run.trained_here);
  REQUIRE(run.experiment);
  const vit::Size2 size = run.preprocessing.img_size;
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::ones({2, 3, size.height, size.width});
  const auto logits = [&](const vit::OpenedPredictor& opened) {
    return vit::logits_of(
        opened.predictor->predict({.images = x, .indices = torch::arange(2), .annotations = {}}));
  };
  const torch::Tensor expected = logits(run);
  CHECK(torch::equal(expected, run.model->forward(x)));

  const vit::OpenedPredictor file =
      vit::open_predictor({"r/checkpoints/best.safetensors"}, c10::kCPU);
  CHECK(torch::equal(logits(file), expected));
  CHECK(file.labels == run.labels);

  const vit::OpenedPredictor exported = vit::open_predictor({"r/model.pt"}, c10::kCPU);
  CHECK(torch::allclose(logits(exported), expected, 1e-5, 1e-5));
  CHECK(exported.labels == run.labels);
  CHECK_FALSE(exported.experiment);
  const auto fixed = vit::test::error_of([] {
    (void)vit::open_predictor({"r/model.pt", "", {"model.depth=2"}}, c10::kCPU);
  });
  REQUIRE(fixed);
  CHECK(fixed->kind() == vit::ErrorKind::usage);
  CHECK(fixed->where() == "--set model.depth");

  const vit::OpenedPredictor plain =
      vit::open_predictor({"plain.safetensors", "auto", {"model.num_heads=2"}}, c10::kCPU);
  CHECK_FALSE(plain.trained_here);
  CHECK(torch::allclose(logits(plain), expected, 1e-5, 1e-5));
  CHECK(plain.labels.size() == run.labels.size());
}

TEST_CASE("Weights without a classifier predict nothing") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  bench.run("r");
  put_plain_weights("r", "backbone.safetensors", false);
  const auto error =
      vit::test::error_of([] { (void)vit::open_predictor({"backbone.safetensors"}, c10::kCPU); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::weights);
  CHECK_THAT(error->what(), Catch::Contains("has no classifier"));
}
