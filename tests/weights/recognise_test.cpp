#include "vit/weights/recognise.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/weights/spelled_vit.h"
#include "vit/core/error.h"
#include "vit/weights/tensors.h"

// From weights to the model that they are for.
namespace {

using vit::Recognised;
using vit::TensorMap;
using namespace vit::test;

Recognised by_shapes(const TensorMap& tensors, std::optional<vit::Size2> picture = std::nullopt) {
  return vit::recognise_shapes(vit::to_timm(tensors, "test"), picture);
}

/// Writes weights with a config.json beside them and recognises both.
Recognised with_config(const TensorMap& tensors, const std::string& config,
                       const std::string& preprocessor = "") {
  const ScratchFolder folder;
  vit::TensorWriter writer;
  for (const auto& [name, tensor] : tensors) writer.add(name, tensor);
  writer.write(folder / "model.safetensors");
  put(folder / "config.json", config);
  if (!preprocessor.empty()) put(folder / "preprocessor_config.json", preprocessor);
  return vit::recognise(vit::open_weights(folder / "model.safetensors"));
}

}  // namespace

TEST_CASE("Names and shapes tell the architecture; what they do not is assumed and said") {
  const Recognised found = by_shapes(timm_vit());
  CHECK(found.options.at("embed_dim") == "8");
  CHECK(found.options.at("depth") == "2");
  CHECK(found.options.at("patch_size") == "4");
  CHECK(found.options.at("img_size") == "8");
  CHECK(found.options.at("mlp_ratio") == "1.5");
  CHECK(found.options.at("num_classes") == "3");
  CHECK(found.options.at("global_pool") == "token");
  CHECK(found.options.at("no_embed_class") == "false");
  CHECK(found.options.at("norm_eps") == "1e-6");
  REQUIRE(found.assumptions.size() == 1);
  CHECK(found.assumptions[0] == "1 heads (model.num_heads): of width 8");
}

TEST_CASE("Heads are known where queries are normalised") {
  TensorMap tensors = timm_vit();
  tensors["blocks.0.attn.q_norm.weight"] = torch::ones({4});
  const Recognised found = by_shapes(tensors);
  CHECK(found.options.at("num_heads") == "2");
  CHECK(found.options.at("qk_norm") == "true");
  CHECK(found.assumptions.empty());
}

TEST_CASE("A head is 64 wide unless told") {
  TensorMap tensors = {{"patch_embed.proj.weight", torch::zeros({320, 3, 4, 4})},
                       {"pos_embed", torch::zeros({1, 4, 320})},
                       {"blocks.0.mlp.fc1.weight", torch::zeros({640, 320})},
                       {"blocks.0.mlp.fc2.weight", torch::zeros({320, 640})}};
  CHECK(by_shapes(tensors).options.at("num_heads") == "5");
}

TEST_CASE("Widths of the MLP that are no round multiple come back exactly") {
  // SigLIP so400m: 4304 of 1152.
  TensorMap tensors = {{"patch_embed.proj.weight", torch::zeros({1152, 3, 1, 1})},
                       {"pos_embed", torch::zeros({1, 4, 1152})},
                       {"blocks.0.mlp.fc1.weight", torch::zeros({4304, 1})},
                       {"blocks.0.mlp.fc2.weight", torch::zeros({1, 4304})}};
  const double ratio = std::stod(by_shapes(tensors).options.at("mlp_ratio"));
  CHECK(static_cast<std::int64_t>(1152 * ratio) == 4304);
}

TEST_CASE("Positions: square with or without class token; the picture's size tells the rest") {
  TensorMap tensors = timm_vit();
  tensors["pos_embed"] = torch::zeros({1, 4, kDim});  // DeiT-III: none for the class token
  CHECK(by_shapes(tensors).options.at("no_embed_class") == "true");
  // 16 positions: 4x4 without class token, or 3x5 with it.
  tensors["pos_embed"] = torch::zeros({1, 16, kDim});
  CHECK(by_shapes(tensors).options.at("img_size") == "16");
  const Recognised wide = by_shapes(tensors, vit::Size2{12, 20});
  CHECK(wide.options.at("img_size") == "[12, 20]");
  CHECK(wide.options.at("no_embed_class") == "false");
  tensors["pos_embed"] = torch::zeros({1, 7, kDim});
  CHECK_THROWS_WITH(by_shapes(tensors), Catch::Contains("model.img_size"));
}

TEST_CASE("Architectures that are seen in the names") {
  TensorMap tensors = timm_vit(true, false);
  tensors["reg_token"] = torch::zeros({1, 4, kDim});
  tensors["pos_embed"] = torch::zeros({1, 4, kDim});
  tensors["fc_norm.weight"] = torch::ones({kDim});
  tensors.erase("cls_token");
  Recognised found = by_shapes(tensors);
  CHECK(found.options.at("reg_tokens") == "4");
  CHECK(found.options.at("class_token") == "false");
  CHECK(found.options.at("global_pool") == "avg");
  CHECK(found.options.at("qkv_bias") == "false");
  CHECK(found.options.at("init_values") != "null");

  tensors = timm_vit();
  tensors["attn_pool.latent"] = torch::zeros({1, 1, kDim});
  CHECK(by_shapes(tensors).options.at("global_pool") == "map");

  tensors = timm_vit();
  tensors["dist_token"] = torch::zeros({1, 1, kDim});
  tensors["pos_embed"] = torch::zeros({1, 6, kDim});
  CHECK(by_shapes(tensors).options.at("dist_token") == "true");

  tensors = timm_vit();
  tensors["norm_pre.weight"] = torch::ones({kDim});
  found = by_shapes(tensors);
  CHECK(found.options.at("act_layer") == "quick_gelu");
  CHECK(found.options.at("norm_eps") == "1e-5");

  tensors = timm_vit();
  for (const std::string i : {"0", "1"})
    tensors["blocks." + i + ".mlp.fc2.weight"] = torch::zeros({kDim, kHidden / 2});
  found = by_shapes(tensors);
  CHECK(found.options.at("mlp_layer") == "swiglu_packed");
  CHECK(found.options.at("act_layer") == "silu");

  tensors = timm_vit(false, false);
  tensors.erase("pos_embed");
  tensors["blocks.0.gamma_1"] = torch::ones({kDim});
  found = by_shapes(tensors);
  CHECK(found.options.at("rope_type") == "dinov3");
  CHECK(found.options.at("norm_eps") == "1e-5");
}

TEST_CASE("A residual network is recognised by its layers, however narrow") {
  const auto conv = [](std::int64_t out, std::int64_t in) { return torch::zeros({out, in, 1, 1}); };
  const Recognised found = by_shapes({{"conv1.weight", conv(64, 3)},
                                      {"bn1.weight", torch::ones({64})},
                                      {"layer1.0.conv1.weight", conv(8, 64)},
                                      {"layer1.1.conv1.weight", conv(8, 8)},
                                      {"layer2.0.conv1.weight", conv(16, 8)},
                                      {"fc.weight", torch::zeros({7, 16})}});
  CHECK(found.options.at("block") == "basic");
  CHECK(found.options.at("layers") == "[2, 1]");
  CHECK(found.options.at("channels") == "[8, 16]");
  CHECK(found.options.at("num_classes") == "7");
}

TEST_CASE("config.json of transformers tells heads, epsilon, activation, classes and pixels") {
  const Recognised found =
      with_config(timm_vit(),
                  R"({"model_type": "vit", "num_attention_heads": 2, "layer_norm_eps": 1e-12,
          "hidden_act": "gelu_pytorch_tanh", "image_size": 8,
          "id2label": {"0": "cat", "1": "dog", "2": "bird"}})",
                  R"({"image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6], "resample": 2,
          "size": {"shortest_edge": 256}, "crop_size": {"height": 224}, "do_center_crop": true})");
  CHECK(found.options.at("num_heads") == "2");
  CHECK(std::stod(found.options.at("norm_eps")) == 1e-12);
  CHECK(found.options.at("act_layer") == "gelu_tanh");
  CHECK(found.labels == std::vector<std::string>{"cat", "dog", "bird"});
  CHECK(found.mean == std::vector<double>{0.1, 0.2, 0.3});
  CHECK(found.interpolation == "bilinear");
  CHECK(found.crop_pct == 0.875);
  CHECK(found.assumptions.empty());
}

TEST_CASE("config.json of timm names the variant, its changes and its pixels") {
  const Recognised found = with_config(
      timm_vit(),
      R"({"architecture": "vit_tiny_patch16_224", "num_classes": 3, "global_pool": "token",
          "model_args": {"num_heads": 2},
          "pretrained_cfg": {"mean": [0, 0, 0], "std": [1, 1, 1], "interpolation": "bicubic",
                             "crop_pct": 0.95, "input_size": [3, 8, 8]}})");
  CHECK(found.name == "vit_tiny_patch16_224");
  CHECK(found.options.at("num_heads") == "2");
  CHECK(found.mean == std::vector<double>{0, 0, 0});
  CHECK(found.crop_pct == 0.95);
  CHECK(found.assumptions.empty());
}

TEST_CASE("A config.json that is of something else, or broken") {
  CHECK_FALSE(with_config(timm_vit(), R"({"data": 3})").assumptions.empty());
  CHECK_THROWS_AS(with_config(timm_vit(), "{"), vit::Error);
  CHECK_THROWS_AS(with_config(timm_vit(), R"({"model_type": 3})"), vit::Error);
}

TEST_CASE("Weights of no model that is known are refused with the file's name") {
  const ScratchFolder folder;
  vit::TensorWriter writer;
  writer.add("lstm.weight", torch::zeros({1}));
  writer.write(folder / "model.safetensors");
  CHECK_THROWS_WITH(vit::recognise(vit::open_weights(folder / "model.safetensors")),
                    Catch::Contains("model.safetensors") && Catch::Contains("vit models"));
}
