#include "vit/weights/recognise_timm.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/weights/beside.h"
#include "tests/weights/spelled_vit.h"
#include "vit/core/error.h"
#include "vit/experiment/experiment.h"
#include "vit/export/bundle_files.h"

namespace {

using vit::ModelSpec;
using vit::Recognised;
using namespace vit::test;
using nlohmann::json;

/// What timm's config.json says of `timm_vit()`, with more arguments.
std::string timm_config(const std::string& args = "", const std::string& more = "") {
  return R"({"architecture": "vit_tiny_patch16_224", "num_classes": 3, "global_pool": "token",
      "model_args": {"embed_dim": 8, "depth": 2, "num_heads": 2, "patch_size": 4, "img_size": 8,
      "mlp_ratio": 1.5)" +
         (args.empty() ? "" : ", " + args) + R"(}, "pretrained_cfg": {"mean": [0, 0, 0],
      "std": [1, 1, 1], "crop_pct": 0.95, "input_size": [3, 8, 8]})" +
         more + "}";
}

/// A variant, narrow enough to be made in no time, and the arguments that make it so in timm.
std::pair<ModelSpec, json> narrow(const std::string& name) {
  ModelSpec spec = vit::model_spec(name);
  vit::num_classes(spec) = 3;
  json args = json::object();
  if (auto* vit = std::get_if<vit::ViTOptions>(&spec.options)) {
    if (vit->window_size > 0) return {spec, {}};  // ViTDet's are no models of timm
    vit->depth = 2;
    vit->embed_dim = 24;
    vit->num_heads = 2;
    vit->patch_size = {4, 4};
    vit->img_size = {12, 12};
    args = {{"depth", 2}, {"embed_dim", 24}, {"num_heads", 2}, {"patch_size", 4}, {"img_size", 12}};
  } else if (auto* resnet = std::get_if<vit::ResNetOptions>(&spec.options)) {
    resnet->layers = {1, 1, 1, 1};
    resnet->channels = {4, 8, 8, 8};
    args = {{"layers", resnet->layers}, {"channels", resnet->channels}};
  } else if (auto* convnext = std::get_if<vit::ConvNeXtOptions>(&spec.options)) {
    convnext->depths = {1, 1, 1, 1};
    convnext->dims = {4, 8, 8, 16};
    args = {{"depths", convnext->depths}, {"dims", convnext->dims}};
  }
  return {spec, args};
}

std::string problem_of(const std::string& config) {
  const auto error = error_of([&] { (void)with_config(timm_vit(), config); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::weights);
  return error->problem();
}

}  // namespace

TEST_CASE("Every variant that timm's config.json names has the variant's own options") {
  for (const std::string& name : vit::model_names()) {
    const auto [expected, args] = narrow(name);
    if (args.empty()) continue;  // of no family that timm has
    CAPTURE(name);
    const ScratchFolder folder;
    const auto model = vit::create_model(expected);
    vit::TensorMap tensors;
    for (const auto& [key, tensor] : vit::named_tensors(*model)) tensors[key] = tensor;
    const auto file = put_weights(folder, tensors);
    put(folder / "config.json",
        json{{"architecture", name}, {"model_args", args}, {"pretrained_cfg", json::object()}}
            .dump());
    const vit::Experiment read =
        vit::parse_experiment("model: {name: auto}", "test", {"init.weights=" + file.string()});
    vit::Experiment named;
    named.model = expected;
    vit::Experiment found;
    found.model = read.model;
    CHECK(vit::experiment_yaml(found) == vit::experiment_yaml(named));
  }
}

TEST_CASE("config.json of timm names the variant, its changes and its pixels") {
  const Recognised found = with_config(timm_vit(), timm_config());
  CHECK(found.name == "vit_tiny_patch16_224");
  CHECK(found.options.at("num_heads") == "2");
  CHECK(found.options.at("num_classes") == "3");
  CHECK(found.mean == std::vector<double>{0, 0, 0});
  CHECK(found.crop_pct == 0.95);
  CHECK(found.assumptions.empty());
}

TEST_CASE("timm's arguments are followed in its own words") {
  const auto option = [](const std::string& args, const std::string& key) {
    return with_config(timm_vit(), timm_config(args)).options.at(key);
  };
  CHECK(option(R"("act_layer": "relu")", "act_layer") == "relu");
  CHECK(option(R"("act_layer": "swish")", "act_layer") == "silu");
  CHECK(option(R"("pool_include_prefix": true)", "pool_include_prefix") == "true");
  CHECK(option(R"("final_norm": false)", "final_norm") == "false");
  CHECK(option(R"("norm_layer": "rmsnorm")", "norm_layer") == "rmsnorm");
  CHECK(option(R"("norm_layer": "layernormfp32")", "norm_layer") == "layernorm");
  CHECK(option(R"("pos_embed": "none")", "pos_embed") == "none");
  CHECK(option(R"("reg_tokens": 0)", "reg_tokens") == "0");
  CHECK_NOTHROW(with_config(timm_vit(), timm_config(R"("drop_path_rate": 0.1, "in_chans": 3,
      "fc_norm": null, "weight_init": "skip")")));
}

TEST_CASE("An argument or a value that is not known here is refused by its name") {
  for (const auto& [args, named] :
       {std::pair{R"("act_layer": "mish")", "model_args.act_layer: \"mish\""},
        {R"("norm_layer": "groupnorm")", "model_args.norm_layer"},
        {R"("global_pool": "prr")", "model_args.global_pool: \"prr\""},
        {R"("embed_norm_layer": "layernorm")", "embed_norm_layer"},
        {R"("attn_layer": "diff")", "attn_layer"},
        {R"("qk_norm": "two")", "model_args.qk_norm"},
        {R"("something_new": 1)", "something_new"}}) {
    CAPTURE(args);
    CHECK_THAT(problem_of(timm_config(args)), Catch::Contains(named));
  }
}

TEST_CASE("A variant that is not here is refused by its name, with the nearest one") {
  const auto error = error_of(
      [] { (void)with_config(timm_vit(), R"({"architecture": "vit_tinny_patch16_224"})"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::weights);
  CHECK_THAT(error->problem(), Catch::Contains("`vit_tinny_patch16_224`"));
  CHECK_THAT(error->remedy(), Catch::Contains("vit_tiny_patch16_224"));
}

TEST_CASE("Tensors of another width or depth than the variant are not its own") {
  CHECK_THAT(problem_of(R"({"architecture": "vit_tiny_patch16_224"})"),
             Catch::Contains("is of another model") && Catch::Contains("embed_dim 192"));
  std::string deep = timm_config();
  deep.replace(deep.find("\"depth\": 2"), 10, "\"depth\": 3");
  CHECK_THAT(problem_of(deep), Catch::Contains("depth 3"));
}

TEST_CASE("A number of classes, features or channels that the tensors do not have is refused") {
  CHECK_THAT(problem_of(timm_config(R"("in_chans": 4)")), Catch::Contains("in_chans 4"));
  CHECK_THAT(problem_of(timm_config("", R"(, "num_features": 9)")),
             Catch::Contains("num_features 9"));
  CHECK_NOTHROW(
      (void)with_config(timm_vit(), timm_config(R"("in_chans": 3)", R"(, "num_features": 8)")));
  CHECK_THAT(problem_of(timm_config(R"("num_classes": 1000)")),
             Catch::Contains("num_classes 1000"));
}

TEST_CASE("A null goes over the variant's value to the default of timm's class") {
  const Recognised found =
      with_config(timm_vit(), timm_config(R"("norm_layer": null, "act_layer": null,
                                             "drop_rate": null)"));
  CHECK(std::stod(found.options.at("norm_eps")) == 1e-6);
  CHECK(found.options.at("act_layer") == "gelu");
  CHECK_THAT(problem_of(timm_config(R"("reg_tokens": null)")), Catch::Contains("reg_tokens: null"));
}

TEST_CASE("A pooling that stands beside model_args is followed, and said to be timm's of before") {
  vit::TensorMap tensors = timm_vit();
  tensors["fc_norm.weight"] = tensors.at("norm.weight");
  tensors["fc_norm.bias"] = tensors.at("norm.bias");
  tensors.erase("norm.weight");
  tensors.erase("norm.bias");
  std::string config = timm_config();
  config.replace(config.find("\"token\""), 7, "\"avg\"");
  const Recognised found = with_config(tensors, config);
  CHECK(found.options.at("global_pool") == "avg");
  bool said = false;
  for (const std::string& line : found.assumptions) said |= line.starts_with("global_pool: avg");
  CHECK(said);
}

TEST_CASE("A key at the top of timm's config.json that nobody knows is refused") {
  CHECK_THAT(problem_of(timm_config("", R"(, "norm": "rms")")), Catch::Contains("norm"));
  CHECK_NOTHROW((void)with_config(
      timm_vit(), timm_config("", R"(, "transformers_version": "4.50", "license": "mit")")));
}

TEST_CASE("Rotary encodings of timm's Eva by its own arguments") {
  vit::TensorMap tensors = timm_vit(false, false);
  const Recognised found = with_config(tensors, R"({"architecture": "vit_small_patch16_rope_224",
      "model_args": {"embed_dim": 8, "depth": 2, "num_heads": 2, "patch_size": 4, "img_size": 8,
      "rope_temperature": 30.0, "use_abs_pos_emb": true, "attn_type": "eva", "num_reg_tokens": 0,
      "use_rot_pos_emb": true, "rope_type": "dinov3", "rope_shift_coords": 0.5,
      "use_fc_norm": true, "scale_mlp": true}})");
  CHECK(found.options.at("rope_temperature") == "30.0");
  CHECK(found.options.at("pos_embed") == "learn");
  CHECK(found.options.at("k_bias") == "false");
  CHECK(found.options.at("rope_type") == "dinov3");
  CHECK(found.options.at("scale_mlp_norm") == "true");
  CHECK_THAT(problem_of(R"({"architecture": "vit_small_patch16_rope_224",
      "model_args": {"rope_type": "mixed"}})"),
             Catch::Contains("rope_type"));
}

TEST_CASE("The flat config.json of before 2023 is read as the later one") {
  const Recognised found =
      with_config(timm_vit(true), R"({"architecture": "vit_tiny_patch16_224", "num_classes": 3,
      "global_pool": "token", "input_size": [3, 8, 8], "crop_pct": 0.8, "interpolation": "bilinear",
      "mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4], "labels": ["ash", "fir", "oak"],
      "model_args": {"embed_dim": 8, "depth": 2, "num_heads": 2, "patch_size": 4}})");
  CHECK(found.mean == std::vector<double>{0.5, 0.4, 0.3});
  CHECK(found.interpolation == "bilinear");
  CHECK(found.crop_pct == 0.8);
  CHECK(found.labels == std::vector<std::string>{"ash", "fir", "oak"});
  CHECK(found.options.at("img_size") == "8");
}

TEST_CASE(
    "Positions of another grid than the images' are resampled, as timm does, and that is said") {
  std::string config = timm_config();
  config.replace(config.find("\"img_size\": 8"), 13, "\"img_size\": 16");
  const Recognised found = with_config(timm_vit(), config);
  CHECK(found.options.at("img_size") == "16");
  CHECK(found.img_size == vit::Size2{8, 8});
  REQUIRE(found.assumptions.size() == 1);
  CHECK_THAT(found.assumptions[0], Catch::Contains("8x8") && Catch::Contains("16x16"));
}

TEST_CASE("A head that was reset to another pooling leaves the norm where it was") {
  const Recognised found = with_config(timm_vit(), timm_config(R"("global_pool": "avg")"));
  CHECK(found.options.at("global_pool") == "avg");
  CHECK(found.options.at("fc_norm") == "false");
}
