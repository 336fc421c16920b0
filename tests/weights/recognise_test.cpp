#include "vit/weights/recognise.h"

#include <torch/types.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/weights/beside.h"
#include "tests/weights/spelled_vit.h"
#include "vit/core/error.h"
#include "vit/models/registry.h"
#include "vit/weights/tensors.h"

// From weights to the model that they are for.
namespace {

using vit::Recognised;
using vit::TensorMap;
using namespace vit::test;

Recognised by_shapes(const TensorMap& tensors, std::optional<vit::Size2> picture = std::nullopt) {
  return vit::recognise_shapes(vit::to_timm(tensors, "test"), picture);
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
  REQUIRE(found.assumptions.size() == 2);
  CHECK(found.assumptions[0] == "1 heads (model.num_heads): of width 8");
  CHECK_THAT(found.assumptions[1], Catch::StartsWith("act_layer: gelu, norm_eps: 1e-6"));
}

TEST_CASE("Heads are known where queries are normalised") {
  TensorMap tensors = timm_vit();
  tensors["blocks.0.attn.q_norm.weight"] = torch::ones({4});
  const Recognised found = by_shapes(tensors);
  CHECK(found.options.at("num_heads") == "2");
  CHECK(found.options.at("qk_norm") == "true");
  CHECK(found.assumptions.size() == 1);  // the activation's
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
  REQUIRE(found.assumptions.size() == 1);
  CHECK_THAT(found.assumptions[0], Catch::Contains("resnetaa"));
  CHECK(found.options.at("layers") == "[2, 1]");
  CHECK(found.options.at("channels") == "[8, 16]");
  CHECK(found.options.at("num_classes") == "7");
}

TEST_CASE("What has the stem and the stages of a family but other blocks is refused by a name") {
  const torch::Tensor kernel = torch::zeros({8, 3, 4, 4}), inner = torch::zeros({8, 8, 1, 1});
  // EdgeNeXt, which splits the channels within a stage, and InceptionNeXt, which has branches.
  for (const char* within : {"convs.0.weight", "token_mixer.dwconv_hw.weight"})
    CHECK_THROWS_WITH(
        by_shapes({{"stem.0.weight", kernel}, {std::string("stages.0.blocks.0.") + within, inner}}),
        Catch::Contains("stages.0.blocks.0.conv_dw.weight"));
  CHECK_THROWS_WITH(by_shapes({{"conv1.weight", kernel},
                               {"bn1.weight", torch::ones({8})},
                               {"layer1.0.convs.0.weight", inner}}),
                    Catch::Contains("layer1.0.conv1.weight"));
  // Xception's.
  CHECK_THROWS_WITH(by_shapes({{"conv1.weight", kernel},
                               {"bn1.weight", torch::ones({8})},
                               {"block1.rep.0.weight", inner}}),
                    Catch::Contains("of no model that is known here"));
}

TEST_CASE(
    "A rotary encoding is not in the tensors: the models that are built so have it, as is said") {
  const auto assumed = [](const Recognised& found) {
    std::string all;
    for (const std::string& line : found.assumptions) all += line + "\n";
    return all;
  };
  // EVA-02: positions, and a gated MLP without a bias of keys.
  TensorMap tensors = timm_vit(false, false);
  for (const std::string i : {"0", "1"}) {
    tensors["blocks." + i + ".attn.q_bias"] = torch::zeros({kDim});
    tensors["blocks." + i + ".attn.v_bias"] = torch::zeros({kDim});
    tensors["blocks." + i + ".mlp.fc2.weight"] = torch::zeros({kDim, kHidden / 2});
  }
  Recognised found = by_shapes(tensors);
  CHECK(found.options.at("rope_type") == "cat");
  CHECK(std::stod(found.options.at("rope_temperature")) == 10000);
  CHECK(found.options.at("ref_feat_shape") == "16");
  CHECK_THAT(assumed(found), Catch::Contains("rope_type"));
  // EVA, which has a plain MLP, has none.
  for (const std::string i : {"0", "1"})
    tensors["blocks." + i + ".mlp.fc2.weight"] = torch::zeros({kDim, kHidden});
  CHECK(by_shapes(tensors).options.at("rope_type") == "none");
  // Rotary instead of other positions, with LayerScale and a bias of all three: Heo et al.
  tensors = timm_vit();
  tensors.erase("pos_embed");
  tensors["blocks.0.gamma_1"] = torch::ones({kDim});
  found = by_shapes(tensors);
  CHECK(found.options.at("rope_type") == "cat");
  CHECK(found.options.at("rope_grid_indexing") == "xy");
  CHECK(found.options.at("global_pool") == "token");
  CHECK_THAT(assumed(found), Catch::Contains("rope_type"));
  // And without a class token: timm's.
  tensors.erase("cls_token");
  found = by_shapes(tensors);
  CHECK(found.options.at("rope_grid_indexing") == "ij");
  CHECK(std::stod(found.options.at("rope_temperature")) == 10000);
}

TEST_CASE("Which activation a model has is assumed and said") {
  TensorMap tensors = timm_vit();
  tensors.erase("cls_token");
  tensors["pos_embed"] = torch::zeros({1, kPatches, kDim});
  const auto said = [](const Recognised& found) {
    return std::any_of(found.assumptions.begin(), found.assumptions.end(),
                       [](const std::string& line) { return line.starts_with("act_layer: gelu"); });
  };
  CHECK(said(by_shapes(tensors)));
  tensors["reg_token"] = torch::zeros({1, 4, kDim});
  CHECK(said(by_shapes(tensors)));
  CHECK(said(by_shapes(timm_vit())));
}

TEST_CASE("Whether the pooling by attention reads the tokens before the patches is said") {
  const auto said = [](const TensorMap& tensors) {
    const std::vector<std::string> lines = by_shapes(tensors).assumptions;
    return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
      return line.starts_with("pool_include_prefix: false");
    });
  };
  TensorMap tensors = timm_vit();
  CHECK_FALSE(said(tensors));
  tensors["attn_pool.latent"] = torch::zeros({1, 1, kDim});
  CHECK(said(tensors));
  tensors.erase("cls_token");
  tensors["pos_embed"] = torch::zeros({1, kPatches, kDim});
  CHECK_FALSE(said(tensors));
}

TEST_CASE("BEiT of transformers without positions has no rotary encoding either") {
  const std::string block = "encoder.layer.0.", attention = block + "attention.attention.";
  const torch::Tensor square = torch::zeros({kDim, kDim});
  const Recognised found = by_shapes(
      {{"embeddings.cls_token", torch::zeros({1, 1, kDim})},
       {"embeddings.patch_embeddings.projection.weight", torch::zeros({kDim, 3, kPatch, kPatch})},
       {attention + "query.weight", square},
       {attention + "key.weight", square},
       {attention + "value.weight", square},
       {block + "lambda_1", torch::ones({kDim})},
       {block + "intermediate.dense.weight", torch::zeros({kHidden, kDim})},
       {block + "output.dense.weight", torch::zeros({kDim, kHidden})}});
  CHECK(found.options.at("layer_scale") == "gamma");
  CHECK(found.options.at("rope_type") == "none");
  for (const std::string& line : found.assumptions) CHECK_THAT(line, !Catch::Contains("rope_type"));
}

TEST_CASE("A variant of other blocks is no name for plain ones") {
  // As wide as vit_small_patch16_18x2_224 and with LayerScale as it, but with plain blocks.
  TensorMap tensors = {{"cls_token", torch::zeros({1, 1, 384})},
                       {"patch_embed.proj.weight", torch::zeros({384, 3, 1, 1})},
                       {"pos_embed", torch::zeros({1, 5, 384})},
                       {"head.weight", torch::zeros({2, 384})}};
  for (int i = 0; i < 6; ++i) {
    const std::string block = "blocks." + std::to_string(i) + ".";
    tensors[block + "ls1.gamma"] = torch::zeros({384});
    tensors[block + "attn.qkv.bias"] = torch::zeros({3 * 384});
    tensors[block + "mlp.fc1.weight"] = torch::zeros({4 * 384, 1});
    tensors[block + "mlp.fc2.weight"] = torch::zeros({1, 4 * 384});
  }
  const Recognised found = by_shapes(tensors);
  CHECK(std::get<vit::ViTOptions>(vit::model_spec(found.name).options).block_fn == "Block");
  CHECK(found.options.at("num_heads") == "6");
  CHECK(found.options.at("depth") == "6");
}

TEST_CASE("Blocks that may normalise before or behind are not guessed") {
  TensorMap tensors = timm_vit(false, false);
  tensors.erase("cls_token");
  tensors["pos_embed"] = torch::zeros({1, kPatches, kDim});
  tensors["fc_norm.weight"] = torch::ones({kDim});
  CHECK_THROWS_WITH(by_shapes(tensors), Catch::Contains("vit_base_patch16_rpn_224"));
}

TEST_CASE("Patches that end without a norm may be of a tower that is not here") {
  TensorMap tensors = timm_vit();
  for (const char* none : {"cls_token", "norm.weight", "norm.bias"}) tensors.erase(none);
  tensors["pos_embed"] = torch::zeros({1, kPatches, kDim});
  CHECK_THROWS_WITH(by_shapes(tensors),
                    Catch::Contains("qwen3_vit") && Catch::Contains("model.final_norm"));
}

TEST_CASE("A config.json that names no model is not used, and is broken where it is no JSON") {
  const Recognised found = with_config(timm_vit(), R"({"data": 3})");
  REQUIRE_FALSE(found.assumptions.empty());
  CHECK_THAT(found.assumptions.back(), Catch::Contains("config.json names no model"));
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
