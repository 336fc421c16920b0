#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "vit/image/encode.h"

// A model of images and texts, as people use it: images found by a text, classes told by their
// names.
namespace {

using vit::test::run_program;

/// A folder with a tiny run of images beside sentences.
struct TrainedOnSentences {
  TrainedOnSentences() {
    vit::test::put(folder / "e.yaml",
                   "data: {num_train: 32, num_val: 16, image_size: 16, batch_size: 8, workers: 0}\n"
                   "augment: {train: []}\n"
                   "model: {name: vit_tiny_patch16_224, img_size: 16, patch_size: 8,\n"
                   "        embed_dim: 16, depth: 1, num_heads: 2}\n"
                   "task: {name: contrast, text: {width: 16, layers: 1, context_length: 16}}\n"
                   "schedule: {epochs: 1, warmup_epochs: 0}\n"
                   "train: {device: cpu, threads: 1}\n");
    REQUIRE(run_program(folder.path(), "train e.yaml --output run").code == 0);
    std::filesystem::create_directory(folder / "images");
    vit::Image image(20, 16, 3);
    vit::write_png(image, folder / "images/dark.png");
    vit::write_png(image, folder / "images/same.png");
    std::fill(image.pixels.begin(), image.pixels.end(), 255);
    vit::write_png(image, folder / "images/light.png");
  }
  vit::test::ScratchFolder folder;
};

}  // namespace

TEST_CASE("predict --query ranks a folder's images by a text, and remembers what they are") {
  const TrainedOnSentences trained;
  const std::string search = "predict run images --query 'a red star' --json";
  const auto first = run_program(trained.folder.path(), search);
  INFO(first.errors);
  REQUIRE(first.code == 0);
  const auto found = nlohmann::json::parse(first.out);
  CHECK(found.at("images") == 3);
  CHECK(found.at("known_from_before") == 0);
  REQUIRE(found.at("results").size() == 3);
  int tied = 0;
  for (const auto& result : found.at("results")) tied += result.at("tied") == true ? 1 : 0;
  CHECK(tied == 2);  // which are one image
  const auto again = nlohmann::json::parse(run_program(trained.folder.path(), search).out);
  CHECK(again.at("known_from_before") == 3);
  CHECK(again.at("results") == found.at("results"));
  CHECK(run_program(trained.folder.path(), "predict run images --query ''").code == 2);
  CHECK(run_program(trained.folder.path(), "predict run images --query x --labels 'a,b'").code ==
        2);
}

TEST_CASE("eval --zero-shot tells classes by sentences about their names") {
  const TrainedOnSentences trained;
  const auto told = run_program(trained.folder.path(), "eval run --zero-shot --json");
  INFO(told.errors);
  REQUIRE(told.code == 0);
  const auto metrics = nlohmann::json::parse(told.out);
  for (const char* name : {"eval_top1", "eval_top5", "eval_knn", "eval_probe"})
    CHECK(metrics.contains(name));
  CHECK(metrics.at("images") == 16);
  CHECK(metrics.at("chance") == 10.0);
  const auto nameless =
      run_program(trained.folder.path(), "eval run --zero-shot --set 'task.templates=[x]'");
  CHECK(nameless.code == 2);
  CHECK_THAT(nameless.errors, Catch::Contains("has no {} for the class"));
}
