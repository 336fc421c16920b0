#include "vit/weights/recognise_open_clip.h"

#include "tests/catch.h"
#include "tests/weights/beside.h"
#include "tests/weights/spelled_vit.h"
#include "vit/core/error.h"
#include "vit/core/str.h"

namespace {

using vit::Recognised;
using vit::str;
using vit::TensorMap;
using namespace vit::test;

/// The image tower of `timm_vit()` in open_clip's names, without its head.
TensorMap clip_tensors() {
  TensorMap tensors = timm_vit();
  const torch::Tensor token = tensors.at("cls_token"), positions = tensors.at("pos_embed");
  for (const char* none :
       {"cls_token", "pos_embed", "patch_embed.proj.bias", "head.weight", "head.bias"})
    tensors.erase(none);
  tensors["norm_pre.weight"] = torch::ones({kDim});
  tensors["norm_pre.bias"] = torch::zeros({kDim});
  TensorMap clip =
      spelled(tensors,
              {{"patch_embed.proj.", "conv1."},
               {"norm_pre.", "ln_pre."},
               {"norm.", "ln_post."},
               {"blocks.*.norm1.", "transformer.resblocks.*.ln_1."},
               {"blocks.*.norm2.", "transformer.resblocks.*.ln_2."},
               {"blocks.*.attn.qkv.weight", "transformer.resblocks.*.attn.in_proj_weight"},
               {"blocks.*.attn.qkv.bias", "transformer.resblocks.*.attn.in_proj_bias"},
               {"blocks.*.attn.proj.", "transformer.resblocks.*.attn.out_proj."},
               {"blocks.*.mlp.fc1.", "transformer.resblocks.*.mlp.c_fc."},
               {"blocks.*.mlp.fc2.", "transformer.resblocks.*.mlp.c_proj."}},
              "visual.");
  clip["visual.class_embedding"] = token.reshape({kDim});
  clip["visual.positional_embedding"] = positions.squeeze(0);
  return clip;
}

Recognised with_open_clip(const std::string& model, const std::string& preprocess = "{}",
                          const std::string& config_json = "") {
  const ScratchFolder folder;
  const auto file = put_weights(folder, clip_tensors(), "open_clip_model.safetensors");
  put(folder / "open_clip_config.json",
      R"({"model_cfg": )" + model + R"(, "preprocess_cfg": )" + preprocess + "}");
  if (!config_json.empty()) put(folder / "config.json", config_json);
  return vit::recognise(vit::open_weights(file));
}

std::string model_cfg(const std::string& more_vision = "", const std::string& more = "") {
  return R"({"embed_dim": 3, "vision_cfg": {"image_size": 8, "layers": 2, "width": 8, "patch_size": 4,
      "head_width": 4, "mlp_ratio": 1.5)" +
         more_vision + "}" + more + "}";
}

}  // namespace

TEST_CASE("open_clip_config.json tells activation, heads and pixels") {
  Recognised found = with_open_clip(
      model_cfg("", R"(, "quick_gelu": true)"),
      R"({"mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6], "resize_mode": "squash"})");
  CHECK(found.options.at("act_layer") == "quick_gelu");
  CHECK(found.options.at("num_heads") == "2");
  CHECK(found.mean == std::vector<double>{0.1, 0.2, 0.3});
  CHECK(found.crop_mode == "squash");
  CHECK(found.assumptions.empty());
  found = with_open_clip(model_cfg());
  CHECK(found.options.at("act_layer") == "gelu");
}

TEST_CASE("Without it, the activation of CLIP is assumed and said") {
  TensorMap without_norm = clip_tensors();  // open_clip's no_ln_pre
  without_norm.erase("visual.ln_pre.weight");
  without_norm.erase("visual.ln_pre.bias");
  for (const TensorMap& tensors : {clip_tensors(), without_norm}) {
    const ScratchFolder folder;
    const Recognised found =
        vit::recognise(vit::open_weights(put_weights(folder, tensors, "model.safetensors")));
    bool said = false;
    for (const std::string& line : found.assumptions) said |= line.starts_with("act_layer: ");
    CHECK(said);
  }
}

TEST_CASE("Without it, the pooling of open_clip is assumed and said; OpenAI's is known") {
  TensorMap openai = clip_tensors();
  openai["input_resolution"] = torch::full({}, 8);
  const auto said = [](const TensorMap& tensors) {
    bool found = false;
    for (const std::string& line : vit::recognise_shapes(vit::to_timm(tensors, "test")).assumptions)
      found |= line.starts_with("global_pool: ");
    return found;
  };
  CHECK(said(clip_tensors()));
  CHECK_FALSE(said(openai));
}

TEST_CASE("Of two descriptions, each is of the file in its own names") {
  // As in the repositories of LAION: config.json is of the other file.
  const Recognised found = with_open_clip(
      model_cfg(), "{}", R"({"model_type": "clip", "vision_config": {"hidden_size": 64}})");
  CHECK(found.source.find("open_clip_config.json") != std::string::npos);
}

TEST_CASE("A pooling of the patches is followed; what is built otherwise is refused by its key") {
  const Recognised pooled = with_open_clip(model_cfg(R"(, "pool_type": "avg")"));
  CHECK(pooled.options.at("global_pool") == "avg");
  CHECK(pooled.options.at("fc_norm") == "false");
  for (const auto& [more, named] : {std::pair{R"(, "attentional_pool": true)", "attentional_pool"},
                                    {R"(, "scale_heads": true)", "scale_heads"},
                                    {R"(, "act_kwargs": {"approximate": "tanh"})", "act_kwargs"},
                                    {R"(, "pool_type": "none")", "pool_type"},
                                    {R"(, "new_kind_of_norm": 3)", "new_kind_of_norm"}}) {
    CAPTURE(more);
    const auto error = error_of([&] { (void)with_open_clip(model_cfg(more)); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::weights);
    CHECK_THAT(error->problem(), Catch::Contains(named));
  }
}

TEST_CASE("An open_clip_config.json of another model is refused, and its key is named") {
  const auto problem = [](const std::string& model) {
    const auto error = error_of([&] { (void)with_open_clip(model); });
    REQUIRE(error);
    CHECK_THAT(error->problem(), Catch::Contains("is of another model"));
    return error->problem();
  };
  for (const auto& [vision, key] : {std::pair{R"("width": 64)", "width"},
                                    {R"("layers": 3)", "layers"},
                                    {R"("head_width": 3)", "head_width"},
                                    {R"("head_width": 4, "image_size": 224)", "image_size"},
                                    {R"("ls_init_value": 1e-5)", "ls_init_value"},
                                    {R"("patch_size": 7)", "patch_size"}}) {
    CAPTURE(key);
    CHECK_THAT(problem(str(R"({"vision_cfg": {"mlp_ratio": 1.5, )", vision, "}}")),
               Catch::Contains(key));
  }
  CHECK_THAT(problem(R"({"vision_cfg": {"mlp_ratio": 4.0}})"), Catch::Contains("mlp_ratio"));
  // What is left out is open_clip's default.
  CHECK_THAT(problem(R"({"vision_cfg": {"head_width": 4}})"), Catch::Contains("mlp_ratio"));
}

TEST_CASE("The projection has the width that open_clip_config.json says") {
  TensorMap tensors = clip_tensors();
  tensors["visual.proj"] = torch::zeros({kDim, 3});
  const auto read = [&](const char* embed_dim) {
    const ScratchFolder folder;
    const auto file = put_weights(folder, tensors, "open_clip_model.safetensors");
    put(folder / "open_clip_config.json",
        str(R"({"model_cfg": {"embed_dim": )", embed_dim,
            R"(, "vision_cfg": {"mlp_ratio": 1.5, "head_width": 4}}})"));
    return vit::recognise(vit::open_weights(file));
  };
  CHECK_NOTHROW((void)read("3"));
  const auto error = error_of([&] { (void)read("512"); });
  REQUIRE(error);
  CHECK_THAT(error->problem(), Catch::Contains("embed_dim 512"));
}

TEST_CASE("A key of open_clip_config.json that nobody knows is refused, wherever it stands") {
  for (const auto& [model, named] :
       {std::pair{model_cfg("", R"(, "new_tower": {})"), "model_cfg.new_tower"},
        {model_cfg(R"(, "timm_pool": "avg")"), "vision_cfg.timm_pool"},
        {R"({"vision_cfg": {"timm_model_name": "vit_base_patch16_224", "ls_init_value": 1}})",
         "vision_cfg.ls_init_value"}}) {
    const auto error = error_of([&] { (void)with_open_clip(model); });
    REQUIRE(error);
    CHECK_THAT(error->problem(), Catch::Contains(named));
  }
}

TEST_CASE("A tower of timm's is the variant that open_clip_config.json names") {
  vit::SourceConfig config;
  config.json = nlohmann::json::parse(R"({"model_cfg": {"vision_cfg": {"timm_model_name":
      "vit_base_patch16_siglip_224", "timm_pool": "map", "timm_proj": "none", "image_size": 224}}})");
  const auto tower = vit::timm_tower(config);
  REQUIRE(tower);
  CHECK(tower->json.at("architecture") == "vit_base_patch16_siglip_224");
  CHECK(tower->json.at("model_args").at("global_pool") == "map");
  config.json["model_cfg"]["vision_cfg"]["timm_proj"] = "mlp";
  CHECK_THROWS_WITH(vit::timm_tower(config), Catch::Contains("timm_proj"));
  CHECK_FALSE(vit::timm_tower(vit::SourceConfig{}));
}

TEST_CASE("The pooling of timm's tower is open_clip's where its key is left out") {
  const auto tower = [](const std::string& more) {
    vit::SourceConfig config;
    config.json = nlohmann::json::parse(
        R"({"model_cfg": {"vision_cfg": {"timm_model_name": "vit_base_patch16_224")" + more +
        "}}}");
    return vit::timm_tower(config).value().json.at("model_args");
  };
  CHECK(tower("").at("global_pool") == "avg");
  CHECK(tower(R"(, "timm_proj": null)").at("global_pool") == "avg");
  CHECK(tower(R"(, "timm_pool": "token")").at("global_pool") == "token");
  // As the variant has it.
  CHECK_FALSE(tower(R"(, "timm_pool": "")").contains("global_pool"));
  CHECK_FALSE(tower(R"(, "timm_pool": null, "timm_proj": null)").contains("global_pool"));
  for (const char* none : {R"("none")", R"("")", "null"}) {
    CAPTURE(none);
    CHECK_THROWS_WITH(tower(std::string(R"(, "timm_pool": "", "timm_proj": )") + none),
                      Catch::Contains("timm_pool"));
  }
}
