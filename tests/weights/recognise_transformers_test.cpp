#include "vit/weights/recognise_transformers.h"

#include "tests/catch.h"
#include "tests/weights/beside.h"
#include "tests/weights/spelled_vit.h"
#include "vit/core/error.h"

namespace {

using vit::Recognised;
using namespace vit::test;

/// config.json of a transformers ViT that is of `timm_vit()`, with more keys.
std::string vit_config(const std::string& more, const std::string& type = "vit") {
  return R"({"model_type": ")" + type +
         R"(", "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
          "intermediate_size": 12, "patch_size": 4, "num_channels": 3, "image_size": 8)" +
         (more.empty() ? "" : ", " + more) + "}";
}

/// DINOv3 without registers in timm's names, gated or not.
vit::TensorMap dinov3_tensors(bool gated) {
  vit::TensorMap tensors = timm_vit(false, false);
  tensors.erase("pos_embed");
  for (const std::string i : {"0", "1"}) {
    tensors["blocks." + i + ".gamma_1"] = torch::ones({kDim});
    if (!gated) continue;
    tensors["blocks." + i + ".mlp.fc1_g.weight"] = tensors["blocks." + i + ".mlp.fc1.weight"];
    tensors.erase("blocks." + i + ".mlp.fc1.weight");
  }
  return tensors;
}

}  // namespace

TEST_CASE("config.json of transformers tells heads, epsilon, activation and classes") {
  const Recognised found = with_config(
      timm_vit(), vit_config(R"("layer_norm_eps": 1e-12, "hidden_act": "gelu_pytorch_tanh",
          "id2label": {"0": "cat", "1": "dog", "2": "bird"})"));
  CHECK(found.options.at("num_heads") == "2");
  CHECK(std::stod(found.options.at("norm_eps")) == 1e-12);
  CHECK(found.options.at("act_layer") == "gelu_tanh");
  CHECK(found.labels == std::vector<std::string>{"cat", "dog", "bird"});
  CHECK(found.assumptions.empty());
}

TEST_CASE("Each activation of transformers is ours, or refused with its name") {
  for (const auto& [theirs, ours] : {std::pair{"gelu", "gelu"},
                                     {"gelu_python", "gelu"},
                                     {"gelu_new", "gelu_tanh"},
                                     {"gelu_fast", "gelu_tanh"},
                                     {"gelu_accurate", "gelu_tanh"},
                                     {"gelu_pytorch_tanh", "gelu_tanh"},
                                     {"quick_gelu", "quick_gelu"},
                                     {"silu", "silu"},
                                     {"swish", "silu"},
                                     {"relu", "relu"}}) {
    CAPTURE(theirs);
    const Recognised found =
        with_config(timm_vit(), vit_config(R"("hidden_act": ")" + std::string(theirs) + R"(")"));
    CHECK(found.options.at("act_layer") == ours);
  }
  for (const std::string other : {"selu", "mish", "tanh", "gelu_10"}) {
    CAPTURE(other);
    const auto error = error_of(
        [&] { (void)with_config(timm_vit(), vit_config(R"("hidden_act": ")" + other + R"(")")); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::weights);
    CHECK_THAT(error->problem(), Catch::Contains("hidden_act: \"" + other + "\""));
    CHECK_THAT(error->remedy(), Catch::Contains("--set"));
  }
}

TEST_CASE("What a config.json of transformers leaves out is as its class has it") {
  const Recognised found = with_config(timm_vit(), R"({"model_type": "vit_msn", "hidden_size": 8,
      "num_attention_heads": 4})");
  CHECK(std::stod(found.options.at("norm_eps")) == 1e-6);
  CHECK(found.options.at("act_layer") == "gelu");
  CHECK(found.options.at("num_heads") == "4");
}

TEST_CASE("DINOv3's rotary base is followed where its class reads it, and refused elsewhere") {
  for (const std::string theta :
       {R"("rope_theta": 20.0)",
        R"("rope_theta": 20.0, "rope_parameters": {"rope_theta": 20.0, "rope_type": "default"})"}) {
    const Recognised found = with_config(dinov3_tensors(false), vit_config(theta, "dinov3_vit"));
    CHECK(found.options.at("rope_type") == "dinov3");
    CHECK(std::stod(found.options.at("rope_temperature")) == 20);
    CHECK(found.options.at("global_pool") == "token");
  }
  CHECK_THROWS_WITH(
      with_config(dinov3_tensors(false),
                  vit_config(R"("rope_parameters": {"rope_theta": 20.0})", "dinov3_vit")),
      Catch::Contains("rope_parameters.rope_theta: 20"));
  CHECK(std::stod(with_config(dinov3_tensors(false), vit_config("", "dinov3_vit"))
                      .options.at("rope_temperature")) == 100);
  CHECK_THROWS_WITH(
      with_config(dinov3_tensors(false), vit_config(R"("rope_theta": "long")", "dinov3_vit")),
      Catch::Contains("rope_theta"));
}

TEST_CASE("What CLIP's files of before lay over vision_config is refused where it differs") {
  const auto read = [](const std::string& over) {
    return with_config(timm_vit(), R"({"model_type": "clip", "vision_config_dict": )" + over +
                                       R"(, "vision_config": {"model_type": "vit",
        "hidden_size": 8, "num_attention_heads": 2, "layer_norm_eps": 1e-6}})");
  };
  CHECK_NOTHROW(read("null"));
  CHECK_NOTHROW(read(R"({"num_attention_heads": 2})"));
  CHECK_THROWS_WITH(read(R"({"num_attention_heads": 4})"),
                    Catch::Contains("vision_config_dict.num_attention_heads: 4"));
}

TEST_CASE("A gated MLP has silu, and DINOv3's config.json may ask for another") {
  CHECK_NOTHROW(
      with_config(dinov3_tensors(true), vit_config(R"("hidden_act": "silu")", "dinov3_vit")));
  CHECK_THROWS_WITH(
      with_config(dinov3_tensors(true), vit_config(R"("hidden_act": "gelu")", "dinov3_vit")),
      Catch::Contains("hidden_act"));
}

TEST_CASE("A model that is not known here is refused by its name") {
  const auto error = error_of([] { (void)with_config(timm_vit(), vit_config("", "swin")); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::weights);
  CHECK_THAT(error->problem(), Catch::Contains("`swin`"));
  CHECK_THAT(error->remedy(), Catch::Contains("--model"));
}

TEST_CASE("A config.json of another model than the tensors is refused") {
  for (const std::string other :
       {R"("hidden_size": 64)", R"("num_hidden_layers": 3)", R"("patch_size": 8)",
        R"("intermediate_size": 32)", R"("image_size": 224)", R"("num_attention_heads": 3)"}) {
    CAPTURE(other);
    const auto error =
        error_of([&] { (void)with_config(timm_vit(), R"({"model_type": "vit", )" + other + "}"); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::weights);
    CHECK_THAT(error->problem(), Catch::Contains("is of another model"));
    CHECK_THAT(error->where(), Catch::Contains("config.json"));
  }
}

TEST_CASE("Class names that are not as many as the outputs are not used, which is said") {
  const Recognised found =
      with_config(timm_vit(), vit_config(R"("id2label": {"0": "cat", "1": "dog"})"));
  CHECK(found.labels.empty());
  REQUIRE(found.assumptions.size() == 1);
  CHECK_THAT(found.assumptions[0],
             Catch::Contains("names 2 classes") && Catch::Contains("3 outputs"));
}

TEST_CASE("Of a model with two towers, the image tower's config counts") {
  const Recognised found = with_config(
      timm_vit(), R"({"model_type": "siglip", "hidden_size": 512, "vision_config": )" +
                      vit_config(R"("hidden_act": "relu")", "siglip_vision_model") + "}");
  CHECK(found.options.at("act_layer") == "relu");
}

TEST_CASE("DINOv2 takes images of the size that its processor gives") {
  const Recognised found =
      with_config(timm_vit(true), vit_config("", "dinov2"),
                  R"({"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 14},
          "crop_size": {"height": 12, "width": 12}, "do_center_crop": true})");
  CHECK(found.options.at("img_size") == "12");
  CHECK(found.img_size == vit::Size2{8, 8});
}
