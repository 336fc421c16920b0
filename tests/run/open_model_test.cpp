#include "vit/run/open_model.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"
#include "vit/optim/optimizer.h"
#include "vit/train/checkpoint.h"

namespace fs = std::filesystem;

namespace {

const char* const kConfig =
    "data: {num_train: 16, num_val: 16, image_size: 16}\n"
    "model: {name: vit_tiny_patch16_224, img_size: 8, patch_size: 4, embed_dim: 8, depth: 1,\n"
    "        num_heads: 2, num_classes: 3}\n";

/// A run directory with a checkpoint of this name; returns the model that is in it.
std::shared_ptr<vit::ImageModel> put_checkpoint(const fs::path& run, const std::string& name,
                                                std::uint64_t seed) {
  fs::create_directories(run / "checkpoints");
  auto model = vit::create_model(vit::parse_experiment(kConfig, "test").model);
  model->init_weights(seed);
  const auto optimizer = vit::create_optimizer({}, vit::param_groups(*model, 0.05));
  vit::CheckpointInfo info;
  info.config = kConfig;
  info.labels = {"a", "b", "c"};
  info.preprocessing.img_size = {8, 8};
  info.state.epoch = 2;
  vit::write_checkpoint(run / "checkpoints" / name, vit::checkpoint_tensors(*model, *optimizer),
                        info);
  model->module().eval();
  return model;
}

vit::Error refusal(const fs::path& path) {
  const auto error = vit::test::error_of([&] { (void)vit::find_checkpoint(path); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::weights);
  return *error;
}

}  // namespace

TEST_CASE("A run directory means its best checkpoint, else its last one; a file means itself") {
  const vit::test::ScratchFolder folder;
  put_checkpoint(folder / "run", "last.safetensors", 1);
  CHECK(vit::find_checkpoint(folder / "run") == folder / "run/checkpoints/last.safetensors");
  put_checkpoint(folder / "run", "best.safetensors", 2);
  CHECK(vit::find_checkpoint(folder / "run") == folder / "run/checkpoints/best.safetensors");
  CHECK(vit::find_checkpoint(folder / "run/checkpoints/last.safetensors") ==
        folder / "run/checkpoints/last.safetensors");
}

TEST_CASE("What is no run is refused with what would be one") {
  const vit::test::ScratchFolder folder;
  CHECK_THAT(refusal(folder / "missing").remedy(), Catch::Contains("runs/NAME"));
  CHECK_THAT(refusal(folder.path()).remedy(), Catch::Contains("vit train"));
}

TEST_CASE("What is meant by other things than a run is said") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "run.yaml", kConfig);
  CHECK_THAT(refusal(folder / "run.yaml").what(), Catch::Contains("is an experiment file"));
  CHECK_THAT(refusal("run.yaml").remedy(), Catch::Contains("vit train run.yaml"));
  CHECK_THAT(refusal("vit_tiny_patch16_224").remedy(), Catch::Contains("vit weights fetch"));
  fs::create_directories(folder / "begun");
  vit::test::put(folder / "begun/config.yaml", kConfig);
  CHECK_THAT(refusal(folder / "begun").what(), Catch::Contains("has no checkpoint yet"));
  const auto nameless = vit::test::error_of([] { vit::require_model_name("vit_tiny", "--model"); });
  REQUIRE(nameless);
  CHECK(nameless->where() == "--model");
  vit::require_model_name("auto", "--model");
}

TEST_CASE("Weights of elsewhere are told from those of a run") {
  const vit::test::ScratchFolder folder;
  put_checkpoint(folder / "run", "best.safetensors", 1);
  CHECK(vit::is_trained_here(folder / "run"));
  CHECK(vit::is_trained_here(folder / "run/checkpoints/best.safetensors"));
  fs::create_directories(folder / "hub");
  CHECK(vit::is_trained_here(folder / "hub"));  // an empty folder: no run, and no weights either
  vit::test::put(folder / "hub/config.json", "{}");
  CHECK_FALSE(vit::is_trained_here(folder / "hub"));
  vit::test::put(folder / "x.pth", "");
  CHECK_FALSE(vit::is_trained_here(folder / "x.pth"));
}

TEST_CASE("A run's config takes another data set without its keys being taken away one by one") {
  const vit::test::ScratchFolder folder;
  put_checkpoint(folder / "run", "best.safetensors", 1);
  const vit::TrainedModel opened =
      vit::open_model(folder / "run", {"data.name=folder", "data.root=photos"});
  CHECK(opened.experiment.data.set.name == "folder");
  CHECK(opened.experiment.model.name == "vit_tiny_patch16_224");
  CHECK_THROWS_AS(vit::open_model(folder / "run", {"data.name=folder", "data.num_train=3"}),
                  vit::Error);
}

TEST_CASE("The model comes with its weights, labels, preprocessing and config, ready to use") {
  const vit::test::ScratchFolder folder;
  const auto written = put_checkpoint(folder / "run", "best.safetensors", 3);
  const vit::TrainedModel opened = vit::open_model(folder / "run");
  CHECK(opened.labels == std::vector<std::string>{"a", "b", "c"});
  CHECK(opened.preprocessing.img_size == vit::Size2{8, 8});
  CHECK(opened.state.epoch == 2);
  CHECK(opened.experiment.data.set.name == "shapes");
  CHECK_FALSE(opened.model->module().is_training());
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::ones({2, 3, 8, 8});
  CHECK(torch::equal(opened.model->forward(x), written->forward(x)));
}
