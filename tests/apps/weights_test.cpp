#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "tests/weights/spelled_vit.h"
#include "vit/weights/state_dict.h"
#include "vit/weights/tensors.h"

// Somebody else's weights, through the program: recognised, loaded, computed, trained from.
namespace {

using vit::test::Outcome;

Outcome run(const vit::test::ScratchFolder& folder, const std::string& arguments) {
  return vit::test::run_program(folder.path(), arguments);
}

void write(const std::filesystem::path& path, const vit::TensorMap& tensors) {
  vit::TensorWriter writer;
  for (const auto& [name, tensor] : tensors) writer.add(name, tensor);
  writer.write(path);
}

/// The small ViT as torchvision spells it.
vit::TensorMap torchvision() {
  const std::string block = "encoder.layers.encoder_layer_*.";
  const std::string norm1 = block + "ln_1.", norm2 = block + "ln_2.", fc1 = block + "mlp.0.",
                    fc2 = block + "mlp.3.", out = block + "self_attention.out_proj.",
                    weight = block + "self_attention.in_proj_weight",
                    bias = block + "self_attention.in_proj_bias";
  return vit::test::spelled(vit::test::timm_vit(), {{"cls_token", "class_token"},
                                                    {"patch_embed.proj.", "conv_proj."},
                                                    {"pos_embed", "encoder.pos_embedding"},
                                                    {"norm.", "encoder.ln."},
                                                    {"head.", "heads.head."},
                                                    {"blocks.*.norm1.", norm1},
                                                    {"blocks.*.norm2.", norm2},
                                                    {"blocks.*.attn.qkv.weight", weight},
                                                    {"blocks.*.attn.qkv.bias", bias},
                                                    {"blocks.*.attn.proj.", out},
                                                    {"blocks.*.mlp.fc1.", fc1},
                                                    {"blocks.*.mlp.fc2.", fc2}});
}

const std::string kForward =
    "forward --model auto --set model.num_heads=2 --input x.safetensors --output ";

}  // namespace

TEST_CASE("vit forward --model auto: the same model by any names, at any size") {
  const vit::test::ScratchFolder folder;
  write(folder / "timm.safetensors", vit::test::timm_vit());
  write(folder / "tv.safetensors", torchvision());
  write(folder / "x.safetensors", {{"x", torch::ones({2, 3, 8, 8})}});
  const Outcome timm = run(folder, kForward + "a.safetensors --weights timm.safetensors --json");
  REQUIRE(timm.code == 0);
  CHECK(nlohmann::json::parse(timm.out).at("load").at("convention") == "timm");
  const Outcome tv = run(folder, kForward + "b.safetensors --weights tv.safetensors --json");
  REQUIRE(tv.code == 0);
  const nlohmann::json found = nlohmann::json::parse(tv.out);
  CHECK(found.at("load").at("convention") == "torchvision's ViT");
  CHECK(found.at("load").at("renamed").size() == vit::test::timm_vit().size());
  CHECK(found.at("load").at("missing").empty());
  const auto logits = [&](const char* file) {
    return vit::read_state_dict(folder / file).tensors.at("logits");
  };
  CHECK(logits("a.safetensors").sizes() == at::IntArrayRef({2, 3}));
  CHECK(torch::equal(logits("a.safetensors"), logits("b.safetensors")));

  write(folder / "x.safetensors", {{"x", torch::ones({1, 3, 12, 8})}});
  const Outcome other = run(folder, kForward + "c.safetensors --weights tv.safetensors");
  CHECK(other.code == 0);
  CHECK_THAT(other.errors, Catch::Contains("from 2x2 to 3x2 patches by bicubic_corners"));
}

TEST_CASE("Weights that do not fit end with exit code 4 and the remedy") {
  const vit::test::ScratchFolder folder;
  vit::TensorMap backbone = vit::test::timm_vit();
  backbone.erase("head.weight");
  backbone.erase("head.bias");
  write(folder / "backbone.safetensors", backbone);
  write(folder / "x.safetensors", {{"x", torch::ones({2, 3, 8, 8})}});
  const Outcome missing = run(
      folder, kForward + "o.safetensors --weights backbone.safetensors --set model.num_classes=3");
  CHECK(missing.code == 4);
  CHECK_THAT(missing.errors, Catch::Contains("init.reset_head: true"));
  CHECK(run(folder, kForward + "o.safetensors --weights backbone.safetensors").code == 0);
  CHECK(run(folder, kForward +
                        "o.safetensors --weights backbone.safetensors --set model.num_classes=3 "
                        "--set init.reset_head=true")
            .code == 0);
  const Outcome nothing = run(folder,
                              "forward --model auto --weights none.safetensors --input "
                              "x.safetensors --output o.safetensors");
  CHECK((nothing.code == 4 || nothing.code == 5));
}

TEST_CASE("Training from weights without naming the model, and exporting a recognised model") {
  const vit::test::ScratchFolder folder;
  write(folder / "tv.safetensors", torchvision());
  vit::test::put(folder / "tune.yaml", R"(
data: {name: shapes, image_size: 16, num_train: 16, num_val: 16, batch_size: 8, workers: 0}
augment: {train: [resize]}
model: {num_heads: 2}
init: {weights: tv.safetensors, reset_head: true}
schedule: {epochs: 1, warmup_epochs: 0}
train: {device: cpu, threads: 1}
)");
  const Outcome dry = run(folder, "train tune.yaml --dry-run");
  INFO(dry.errors);
  CHECK(dry.code == 0);
  CHECK_THAT(dry.errors, Catch::Contains("names (torchvision's ViT) and shapes"));
  CHECK_THAT(dry.errors, Catch::Contains("2 reset"));
  const Outcome exported =
      run(folder,
          "export --model auto --weights tv.safetensors --set model.num_heads=2 --output "
          "tv.pt --json");
  CHECK(exported.code == 0);
  CHECK(std::filesystem::exists(folder / "tv.pt"));
  CHECK(run(folder, "export --weights tv.safetensors --output tv.pt").code == 2);
}
