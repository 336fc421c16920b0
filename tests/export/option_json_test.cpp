#include "vit/export/option_json.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

TEST_CASE(
    "Every kind of option has its own kind of value: sizes are lists, what is unset is null") {
  vit::ModelSpec spec = vit::model_spec("vit_tiny_patch16_224");
  auto& vit = std::get<vit::ViTOptions>(spec.options);
  vit.img_size = {160, 192};
  const nlohmann::json json = vit::options_json(spec);
  CHECK(json.at("img_size") == nlohmann::json{160, 192});
  CHECK(json.at("depth") == 12);
  CHECK(json.at("qkv_bias") == true);
  CHECK(json.at("global_pool") == "token");
  CHECK(json.at("init_values").is_null());
  vit.init_values = 1e-5;
  CHECK(vit::options_json(spec).at("init_values") == 1e-5);
}

TEST_CASE("The options of every family can be written") {
  for (const char* name : {"resnet50", "convnext_tiny", "cct_7_3x1_32", "linear"}) {
    CAPTURE(name);
    CHECK(vit::options_json(vit::model_spec(name)).contains("num_classes"));
  }
}
