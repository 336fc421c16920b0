#include "vit/run/dry_run.h"

#include <filesystem>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"
#include "vit/core/log.h"

namespace {

struct Quiet {
  Quiet() { vit::log::set_console_level(vit::log::Level::off); }
  ~Quiet() { vit::log::set_console_level(vit::log::Level::info); }
};

vit::Experiment dry_example(const std::string& data) {
  return vit::parse_experiment("data: {" + data +
                                   ", batch_size: 8, workers: 0}\n"
                                   "model: {name: vit_tiny_patch16_224, img_size: 8, patch_size: "
                                   "4, embed_dim: 8, depth: 1,\n"
                                   "        num_heads: 2}\n",
                               "small.yaml");
}

}  // namespace

TEST_CASE("A dry run takes pictures of both splits through everything and learns nothing") {
  vit::BuiltExperiment built(dry_example("image_size: 16, num_train: 16, num_val: 16"));
  std::vector<torch::Tensor> before;
  for (const torch::Tensor& parameter : built.model->module().parameters())
    before.push_back(parameter.detach().clone());
  const Quiet quiet;
  vit::dry_run(built);
  const auto after = built.model->module().parameters();
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(torch::equal(after[i], before[i]));
    CHECK_FALSE(after[i].grad().defined());
  }
}

TEST_CASE("A dry run finds the broken picture that training would stop at") {
  const vit::test::ScratchFolder scratch;
  for (const char* split : {"train", "val"})
    for (const char* label : {"a", "b"}) {
      const auto folder = scratch.path() / split / label;
      std::filesystem::create_directories(folder);
      vit::test::put(folder / "x.jpg", "no picture");
    }
  vit::BuiltExperiment built(dry_example("name: folder, root: '" + scratch.path().string() + "'"));
  const auto error = vit::test::error_of([&] { vit::dry_run(built); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK_THAT(error->what(), Catch::Contains("x.jpg"));
}
