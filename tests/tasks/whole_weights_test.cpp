#include "vit/tasks/whole_weights.h"

#include <torch/nn/module.h>
#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"
#include "vit/models/vit.h"
#include "vit/weights/tensors.h"

namespace {

/// A ViT with a layer of three classes beside it.
struct Whole : torch::nn::Module {
  explicit Whole(std::int64_t classes) {
    register_module("backbone", body);
    rows = register_parameter("rows", torch::arange(2. * classes).view({classes, 2}));
  }
  vit::VisionTransformer body{vit::test::small_vit(0)};
  torch::Tensor rows;
};

void write(const Whole& network, const std::filesystem::path& path, const std::string& prefix = "",
           const std::string& labels = "") {
  vit::TensorWriter writer;
  for (const auto& item : network.named_parameters()) writer.add(prefix + item.key(), item.value());
  if (!prefix.empty()) writer.add("rows", torch::zeros({1}));  // what was averaged
  if (!labels.empty()) writer.set_metadata("labels", labels);
  writer.write(path);
}

}  // namespace

TEST_CASE("A whole network is loaded by its own names, averages in their place") {
  const vit::test::ScratchFolder folder;
  Whole from(3), to(3);
  vit::test::randomize(from.body);
  for (const char* prefix : {"", "ema/"}) {
    INFO("prefix " << prefix);
    write(from, folder / "w.safetensors", prefix);
    vit::test::randomize(to.body);
    to.rows.data().zero_();
    const vit::LoadReport report =
        vit::load_whole(to, *to.body, vit::read_whole_weights(folder / "w.safetensors"), "do this");
    CHECK(report.complete());
    const auto expected = from.named_parameters();
    for (const auto& item : to.named_parameters()) {
      INFO(item.key());
      CHECK(torch::equal(item.value(), expected[item.key()]));
    }
  }
  CHECK(vit::has_parts(folder / "w.safetensors", {"backbone.", "rows"}));
  CHECK_FALSE(vit::has_parts(folder / "w.safetensors", {"backbone.", "fpn."}));
  CHECK_FALSE(vit::has_parts(folder / "nowhere.safetensors", {"backbone."}));
}

TEST_CASE("A network of another shape is refused whole, with every name and the way out") {
  const vit::test::ScratchFolder folder;
  const Whole from(4);
  write(from, folder / "w.safetensors");
  Whole to(3);
  const torch::Tensor before = to.rows.clone();
  CHECK_THROWS_WITH(
      vit::load_whole(to, *to.body, vit::read_whole_weights(folder / "w.safetensors"), "do this"),
      Catch::Contains("rows") && Catch::Contains("[4, 2]") && Catch::Contains("do this"));
  CHECK(torch::equal(to.rows, before));
  const vit::LoadReport report =
      vit::load_backbone(*to.body, vit::read_whole_weights(folder / "w.safetensors"));
  REQUIRE(report.dropped.size() == 1);
  CHECK(report.dropped[0].name == "rows");
}

TEST_CASE("Rows of classes go to the classes of their names, and the others stay as they were") {
  const vit::test::ScratchFolder folder;
  Whole from(3), to(4);
  write(from, folder / "w.safetensors", "", R"(["cat", "dog", "owl"])");
  vit::WholeWeights weights = vit::read_whole_weights(folder / "w.safetensors");
  REQUIRE(weights.labels() == std::vector<std::string>{"cat", "dog", "owl"});
  to.rows.data().fill_(-1);
  const std::string told =
      vit::join_class_rows(weights, to, {"rows"}, weights.labels(), {"owl", "bee", "cat", "ant"});
  CHECK_THAT(told, Catch::Contains("owl, cat") && Catch::Contains("bee, ant"));
  vit::load_whole(to, *to.body, std::move(weights), "");
  CHECK(torch::equal(to.rows, torch::tensor({{4.F, 5.F}, {-1.F, -1.F}, {0.F, 1.F}, {-1.F, -1.F}})));
}
