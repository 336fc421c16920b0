#include <torch/types.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "vit/export/bundle_files.h"
#include "vit/image/encode.h"
#include "vit/models/registry.h"
#include "vit/weights/tensors.h"

// `vit predict` and `vit eval` on what people have: folders with a broken image, weights of
// elsewhere, exported models, data with fewer classes.
namespace {

using vit::test::Outcome;
using vit::test::run_program;

const char* const kSmallRun = R"(
data: {name: shapes, image_size: 16, num_train: 32, num_val: 16, batch_size: 16, workers: 1}
augment: {train: [hflip]}
model: {name: vit_tiny_patch16_224, img_size: 16, patch_size: 8, embed_dim: 16, depth: 1, num_heads: 2}
schedule: {epochs: 1, warmup_epochs: 0}
train: {device: cpu, threads: 1}
)";

vit::Image grey(std::uint8_t level) {
  vit::Image image(24, 20, 3);
  std::fill(image.pixels.begin(), image.pixels.end(), level);
  return image;
}

/// Four images, the third of which is cut short.
void put_images(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (int i = 0; i < 4; ++i)
    vit::write_png(grey(static_cast<std::uint8_t>(50 * i)), folder / (std::to_string(i) + ".png"));
  const std::string bytes = vit::test::get(folder / "2.png");
  vit::test::put(folder / "2.png", bytes.substr(0, bytes.size() / 2));
}

/// Weights with names for their classes, as timm lays them out.
void put_weights(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  vit::ModelSpec spec = vit::model_spec("vit_tiny_patch16_224");
  vit::num_classes(spec) = 3;
  vit::img_size(spec) = {32, 32};
  const auto model = vit::create_model(spec);
  model->init_weights(1);
  vit::TensorWriter writer;
  writer.set_metadata("format", "pt");
  for (const auto& [name, tensor] : vit::named_tensors(*model)) writer.add(name, tensor);
  writer.write(folder / "model.safetensors");
  vit::test::put(folder / "config.json",
                 R"({"architecture": "vit_tiny_patch16_224", "num_classes": 3,
                     "model_args": {"img_size": 32}, "label_names": ["cup", "key", "pen"],
                     "pretrained_cfg": {"input_size": [3, 32, 32]}})");
}

nlohmann::json json_of(const Outcome& outcome) {
  INFO(outcome.errors);
  REQUIRE_FALSE(outcome.out.empty());
  return nlohmann::json::parse(outcome.out);
}

}  // namespace

TEST_CASE("An image that cannot be read does not keep the others from being predicted") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "run.yaml", kSmallRun);
  REQUIRE(run_program(folder.path(), "train run.yaml").code == 0);
  put_images(folder / "images");

  const Outcome both = run_program(folder.path(), "predict runs/run images --json");
  CHECK(both.code == 3);
  CHECK_THAT(both.errors, Catch::Contains("2.png"));
  const nlohmann::json found = json_of(both);
  REQUIRE(found.at("predictions").size() == 3);
  CHECK(found.at("predictions")[2].at("image") == "images/3.png");
  REQUIRE(found.at("errors").size() == 1);
  CHECK(found.at("errors")[0].at("image") == "images/2.png");
  CHECK_FALSE(found.at("errors")[0].at("error").get<std::string>().empty());

  const Outcome plain =
      run_program(folder.path(), "predict runs/run images/2.png missing.png images/1.png");
  CHECK(plain.code == 3);
  CHECK_THAT(plain.out, Catch::Contains("images/1.png"));
  CHECK_THAT(plain.errors, Catch::Contains("2.png") && Catch::Contains("missing.png") &&
                               Catch::Contains("this and 1 more of 3 could not be predicted"));

  const Outcome alone = run_program(folder.path(), "predict runs/run images/2.png --json");
  CHECK(alone.code == 3);
  CHECK(json_of(alone).at("predictions").empty());
  CHECK(run_program(folder.path(), "predict runs/run images/1.png --json").code == 0);

  SECTION("a run is evaluated on data of its own classes, in any number, by name alone") {
    // Two of the ten shapes, in folders; no training data beside them.
    const nlohmann::json top = json_of(run_program(
        folder.path(), "predict runs/run images/1.png --json --topk 2"))["predictions"][0]["top"];
    for (const auto& one : top) {
      const std::filesystem::path of_class =
          folder / "test/val" / one.at("label").get<std::string>();
      std::filesystem::create_directories(of_class);
      vit::write_png(grey(50), of_class / "x.png");
    }
    for (const char* what : {"runs/run", "runs/run/model.pt"}) {
      const Outcome outcome =
          run_program(folder.path(), std::string("eval ") + what +
                                         " --set data.name=folder --set data.root=test --json");
      INFO(what << ": " << outcome.errors);
      REQUIRE(outcome.code == 0);
      const nlohmann::json figures = json_of(outcome);
      CHECK(figures.at("images") == 2);
      // Both images are the same, so one of the two is right, and no class without an image counts.
      CHECK(figures.at("eval_top1") == 50.0);
      CHECK(figures.at("eval_recall") == 0.5);
    }
    std::filesystem::create_directories(folder / "test/val/zebra");
    vit::write_png(grey(50), folder / "test/val/zebra/x.png");
    const Outcome other =
        run_program(folder.path(), "eval runs/run --set data.name=folder --set data.root=test");
    CHECK(other.code == 3);
    CHECK_THAT(other.errors, Catch::Contains("zebra") && Catch::Contains("data.class_map"));
    const Outcome fixed =
        run_program(folder.path(), "eval runs/run/model.pt --set data.crop_pct=1");
    CHECK(fixed.code == 2);
    CHECK_THAT(fixed.errors, Catch::Contains("--set data.crop_pct: cannot be changed"));
  }
}

TEST_CASE("Weights of elsewhere predict and are evaluated, their classes joined by name") {
  const vit::test::ScratchFolder folder;
  put_weights(folder / "hub");
  std::filesystem::create_directories(folder / "data/val/key");
  std::filesystem::create_directories(folder / "data/val/cup");
  const auto file = [&](int k) {
    return folder / ("data/val/" + std::string(k ? "key" : "cup") + "/x.png");
  };
  for (int k = 0; k < 2; ++k)
    vit::write_png(grey(static_cast<std::uint8_t>(100 + 50 * k)), file(k));

  const nlohmann::json by_file = json_of(
      run_program(folder.path(), "predict hub/model.safetensors data/val/cup/x.png --json"));
  const nlohmann::json by_folder =
      json_of(run_program(folder.path(), "predict hub data/val/cup/x.png --json"));
  const nlohmann::json by_name = json_of(run_program(
      folder.path(),
      "predict --weights hub/model.safetensors --model auto data/val/cup/x.png --json"));
  CHECK(by_file == by_folder);
  CHECK(by_file == by_name);
  const nlohmann::json& top = by_file.at("predictions")[0].at("top");
  REQUIRE(top.size() == 3);
  CHECK((top[0]["label"] == "cup" || top[0]["label"] == "key" || top[0]["label"] == "pen"));

  const std::string data = " --set data.name=folder --set data.root=data --json";
  const nlohmann::json evaluated = json_of(run_program(folder.path(), "eval hub" + data));
  CHECK(evaluated.at("images") == 2);
  CHECK(json_of(run_program(folder.path(), "eval --weights hub/model.safetensors" + data))
            .at("eval_loss") == evaluated.at("eval_loss"));
  vit::test::put(folder / "eval.yaml",
                 "data: {name: folder, root: data}\ninit: {weights: hub/model.safetensors}\n");
  CHECK(json_of(run_program(folder.path(), "eval eval.yaml --json")).at("eval_loss") ==
        evaluated.at("eval_loss"));
  const Outcome untrained = run_program(folder.path(), "eval eval.yaml --set init.reset_head=true");
  CHECK(untrained.code == 2);
  CHECK_THAT(untrained.errors, Catch::Contains("nobody has trained"));
  const Outcome no_data = run_program(folder.path(), "eval hub");
  CHECK(no_data.code == 2);
  CHECK_THAT(no_data.errors, Catch::Contains("--set data.root=FOLDER"));
}

TEST_CASE("A tilde is the home folder in every path that is read") {
  const vit::test::ScratchFolder folder;
  const std::string home = "HOME='" + folder.path().string() + "'";
  vit::test::put(folder / "run.yaml", kSmallRun);
  put_weights(folder / "hub");
  std::filesystem::create_directories(folder / "here");
  REQUIRE(run_program(folder / "here", "train '~/run.yaml' --output=~/out", home).code == 0);
  CHECK(std::filesystem::exists(folder / "out/DONE"));
  CHECK_FALSE(std::filesystem::exists(folder / "here/~"));
  vit::write_png(grey(9), folder / "x.png");
  CHECK(run_program(folder / "here", "predict '~/out' '~/x.png'", home).code == 0);
  for (const char* name : {"train/cup", "train/key", "val/cup", "val/key"}) {
    std::filesystem::create_directories(folder / "data" / name);
    vit::write_png(grey(9), folder / "data" / name / "x.png");
  }
  vit::test::put(folder / "here/tilde.yaml",
                 "base: ~/run.yaml\ndata: {name: folder, root: ~/data, image_size: null,\n"
                 "  num_train: null, num_val: null}\naugment: {train: [resize, hflip]}\n");
  const Outcome config = run_program(folder / "here", "train tilde.yaml --dry-run", home);
  INFO(config.errors);
  CHECK(config.code == 0);
  CHECK(run_program(folder / "here",
                    "eval --weights=~/hub/model.safetensors --set data.name=folder "
                    "--set data.root=~/data --json",
                    home)
            .code == 0);
  const Outcome nobody =
      run_program(folder / "here", "train tilde.yaml --set data.root=~no-such-user/x", home);
  CHECK(nobody.code == 2);
  CHECK_THAT(nobody.errors, Catch::Contains("there is no user no-such-user"));
}
