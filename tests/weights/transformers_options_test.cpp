#include "vit/weights/transformers_options.h"

#include "tests/catch.h"
#include "tests/weights/spelled_vit.h"

using vit::check_transformers_options;
using vit::TensorMap;

namespace {

void check(const TensorMap& tensors, const std::string& text, const std::string& type = "vit") {
  vit::SourceConfig config;
  config.path = "config.json";
  config.model_type = type;
  config.json = nlohmann::json::parse(text);
  check_transformers_options(config, tensors);
}

/// Of a BEiT that says of its positions what is so, and more.
void check_beit(const TensorMap& tensors, const std::string& more) {
  check(tensors, R"({"use_absolute_position_embeddings": true, )" + more + "}", "beit");
}

}  // namespace

TEST_CASE("Options that leave a prediction as it is may have any value") {
  const TensorMap tensors = vit::test::timm_vit();
  CHECK_NOTHROW(check(tensors, R"({"model_type": "vit", "hidden_size": 8, "qkv_bias": true,
    "hidden_dropout_prob": 0.3, "initializer_range": 7, "encoder_stride": 32, "pooler_act": "relu",
    "architectures": ["X"], "torch_dtype": "float16", "transformers_version": "4.9", "top_k": 50,
    "num_labels": 3, "_name_or_path": "here", "of_somebody": null, "pruned_heads": {}})"));
}

TEST_CASE("An option that nobody understands is refused by its name and value") {
  const TensorMap tensors = vit::test::timm_vit();
  for (const char* option :
       {R"("attention_type": "linear")", R"("norm_type": "rmsnorm")", R"("window_size": 7)",
        R"("quantization_config": {"bits": 4})", R"("pruned_heads": {"0": [1]})"}) {
    CAPTURE(option);
    const std::string key = std::string(option).substr(1, std::string(option).find(':') - 2);
    CHECK_THROWS_WITH(check(tensors, std::string("{") + option + "}"), Catch::Contains(key));
  }
}

TEST_CASE("What the tensors contradict is refused") {
  const TensorMap biased = vit::test::timm_vit(), plain = vit::test::timm_vit(false, false);
  CHECK_THROWS_WITH(check(biased, R"({"qkv_bias": false})"), Catch::Contains("have biases"));
  CHECK_THROWS_WITH(check(plain, R"({"qkv_bias": true})"), Catch::Contains("lack biases"));
  CHECK_NOTHROW(check(plain, R"({"qkv_bias": false})"));
  CHECK_THROWS_WITH(check(biased, R"({"qkv_bias": "yes"})"), Catch::Contains("qkv_bias"));
  CHECK_THROWS_WITH(check(biased, R"({"num_labels": 9})"), Catch::Contains("num_labels: 9"));
  CHECK_THROWS_WITH(check(biased, R"({"use_absolute_position_embeddings": false})", "beit"),
                    Catch::Contains("have positions"));
  CHECK_THROWS_WITH(check_beit(biased, R"("use_relative_position_bias": true)"),
                    Catch::Contains("lack relative positions"));
  CHECK_THROWS_WITH(check(biased, R"({"use_swiglu_ffn": true})", "dinov2"),
                    Catch::Contains("gated MLP"));
  CHECK_THROWS_WITH(check(biased, R"({"mlp_ratio": 4})", "dinov2"), Catch::Contains("mlp_ratio"));
  CHECK_NOTHROW(check(biased, R"({"mlp_ratio": 1.5})", "dinov2"));

  TensorMap pooled = biased;
  pooled["fc_norm.weight"] = torch::ones({vit::test::kDim});
  CHECK_THROWS_WITH(check_beit(pooled, R"("use_mean_pooling": false)"),
                    Catch::Contains("use_mean_pooling"));

  TensorMap scaled = biased;
  scaled["blocks.0.gamma_1"] = torch::ones({vit::test::kDim});
  CHECK_THROWS_WITH(check_beit(scaled, R"("layer_scale_init_value": 0)"),
                    Catch::Contains("have LayerScale"));
  CHECK_THROWS_WITH(check_beit(biased, R"("layer_scale_init_value": 0.1)"),
                    Catch::Contains("lack LayerScale"));
  CHECK_NOTHROW(check_beit(scaled, R"("layer_scale_init_value": 0.1)"));

  // The tensors have the norm of a class token.
  CHECK_THROWS_WITH(check_beit(biased, R"("use_mean_pooling": true)"),
                    Catch::Contains("a norm before pooling"));
  CHECK_NOTHROW(check_beit(
      biased, R"("use_mean_pooling": true, "architectures": ["BeitForMaskedImageModeling"])"));

  // SigLIP's classifier leaves the pooling by attention out.
  CHECK_NOTHROW(check(biased, R"({"vision_use_head": true})", "siglip_vision_model"));
  TensorMap tower = biased;
  tower.erase("head.weight");
  CHECK_THROWS_WITH(check(tower, R"({"vision_use_head": true})", "siglip_vision_model"),
                    Catch::Contains("vision_use_head"));

  // What is left out is the class's default.
  CHECK_THROWS_WITH(check(biased, R"({"hidden_size": 8})", "beit"),
                    Catch::Contains("use_absolute_position_embeddings: false"));

  TensorMap relative = biased;  // of 2x2 patches, and the class token's three
  relative["blocks.0.attn.rel_pos.relative_position_bias_table"] = torch::zeros({12, 2});
  const std::string flag = R"("use_relative_position_bias": true, )";
  CHECK_NOTHROW(check_beit(relative, flag + R"("image_size": 8, "patch_size": 4)"));
  CHECK_THROWS_WITH(check_beit(relative, flag + R"("image_size": 16, "patch_size": 4)"),
                    Catch::Contains("have 12 relative positions"));
}

TEST_CASE("A null is no default where a model cannot be made with it") {
  for (const char* key : {"layer_norm_eps", "hidden_act", "num_attention_heads"})
    CHECK_THROWS_WITH(check(vit::test::timm_vit(), std::string("{\"") + key + "\": null}"),
                      Catch::Contains(std::string(key) + ": null"));
}
