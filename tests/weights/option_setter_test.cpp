#include "vit/weights/option_setter.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

using namespace vit;
using nlohmann::json;

TEST_CASE("Options of a model are set by JSON values of their own type") {
  ModelSpec spec = model_spec("vit_tiny_patch16_224");
  CHECK(set_option(spec, "depth", 3) == SetResult::set);
  CHECK(set_option(spec, "img_size", json::array({32, 48})) == SetResult::set);
  CHECK(set_option(spec, "patch_size", 8) == SetResult::set);
  CHECK(set_option(spec, "init_values", 1e-5) == SetResult::set);
  CHECK(set_option(spec, "qk_norm", true) == SetResult::set);
  CHECK(set_option(spec, "fc_norm", false) == SetResult::set);
  CHECK(set_option(spec, "global_pool", "avg") == SetResult::set);
  CHECK(set_option(spec, "mlp_ratio", 3) == SetResult::set);
  const auto& options = std::get<ViTOptions>(spec.options);
  CHECK(options.depth == 3);
  CHECK(options.img_size == Size2{32, 48});
  CHECK(options.patch_size == Size2{8, 8});
  CHECK(options.init_values == 1e-5);
  CHECK(options.qk_norm);
  CHECK(options.fc_norm == false);
  CHECK(options.global_pool == "avg");
  CHECK(options.mlp_ratio == 3.0);
}

TEST_CASE("What is of another type, out of range or no choice changes nothing") {
  ModelSpec spec = model_spec("vit_tiny_patch16_224");
  for (const auto& [name, value] : {std::pair{"depth", json("3")},
                                    {"depth", json(2.5)},
                                    {"depth", json(0)},
                                    {"qk_norm", json(1)},
                                    {"img_size", json::array({32})},
                                    {"img_size", json::array({32, -1})},
                                    {"global_pool", json("prr")},
                                    {"global_pool", json(3)}}) {
    CAPTURE(name, value.dump());
    CHECK(set_option(spec, name, value) == SetResult::wrong_value);
  }
  CHECK(set_option(spec, "depths", 3) == SetResult::no_such_option);
  CHECK(std::get<ViTOptions>(spec.options).depth == 12);
  CHECK_THAT(choices_of(spec, "global_pool"),
             Catch::Contains("token, ") && Catch::Contains("avgmax"));
  CHECK(choices_of(spec, "depth").empty());
  CHECK(option_text(json("avg")) == "avg");
  CHECK(option_text(json(2.5)) == "2.5");
}

TEST_CASE("Lists of a residual network's options") {
  ModelSpec spec = model_spec("resnet18");
  CHECK(set_option(spec, "layers", json::array({1, 1})) == SetResult::set);
  CHECK(std::get<ResNetOptions>(spec.options).layers == std::vector<std::int64_t>{1, 1});
  CHECK(set_option(spec, "layers", json::array({1, "2"})) == SetResult::wrong_value);
}
