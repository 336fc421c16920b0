#include "vit/tasks/detect/rf_detr_told.h"

#include <fstream>
#include <string>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

namespace {

std::filesystem::path committed(const std::string& name) {
  return std::filesystem::path(VIT_SOURCE_DIR) / "tests/fixtures/rf_detr" / name;
}

vit::SourceConfig config_of(nlohmann::json json) {
  vit::SourceConfig config;
  config.path = "config.json";
  config.model_type = "rf_detr";
  config.json = std::move(json);
  return config;
}

}  // namespace

TEST_CASE("Roboflow's args are read out of a checkpoint, and nothing of it is run") {
  const vit::RfDetrTold told = vit::told_by_args(committed("args.pth"));
  CHECK_THAT(told.where, Catch::EndsWith("args.pth (its args)"));
  CHECK(told.number("num_windows") == 2);
  CHECK(told.number("resolution") == 384);
  CHECK(!told.number("encoder_heads"));
  CHECK(told.words.at("out_feature_indexes") == nlohmann::json::array({3, 6, 9, 12}));
  CHECK(told.words.at("class_names") == nlohmann::json::array({"RBC", "WBC", "Platelets"}));
  CHECK(!told.words.contains("output_dir"));
}

TEST_CASE("A checkpoint of a detector with several scales is refused by the key that says it") {
  CHECK_THROWS_WITH(vit::told_by_args(committed("two_scales.pth")),
                    Catch::Contains("projector_scale: [\"P3\",\"P5\"]"));
}

TEST_CASE("A file of another format has no args") {
  const vit::test::ScratchFolder scratch;
  std::ofstream(scratch / "model.safetensors") << "no checkpoint";
  CHECK(vit::told_by_args(scratch / "model.safetensors").where.empty());
}

TEST_CASE("What transformers' config.json leaves out is as its class has it") {
  const vit::RfDetrTold told = vit::told_by_config(config_of(
      {{"backbone_config", {{"out_features", {"stage3", "stage12"}}, {"num_windows", 2}}}}));
  CHECK(told.number("num_windows") == 2);
  CHECK(told.number("dec_n_points") == 4);
  CHECK(told.number("encoder_heads") == 12);
  CHECK(told.words.at("projector_norm_eps") == 1e-5);
  CHECK(told.words.at("out_feature_indexes") == nlohmann::json::array({3, 12}));
  const vit::RfDetrTold bare = vit::told_by_config(config_of(nlohmann::json::object()));
  CHECK(bare.words.at("out_feature_indexes") == nlohmann::json::array({2, 5, 8, 11}));
  CHECK(bare.number("encoder_heads") == 6);
}

TEST_CASE("What is not known here, and numbers that are none, are refused") {
  CHECK_THROWS_WITH(vit::told_by_config(config_of({{"activation_function", "gelu"}})),
                    Catch::Contains("activation_function"));
  CHECK_THROWS_WITH(vit::told_by_config(config_of({{"num_feature_levels", 2}})),
                    Catch::Contains("num_feature_levels: 2"));
  for (const nlohmann::json& wrong : {nlohmann::json("two"), nlohmann::json(0), nlohmann::json(2.5),
                                      nlohmann::json(1ULL << 40)}) {
    const vit::RfDetrTold told{"here", {{"num_windows", wrong}}};
    CHECK_THROWS_WITH(told.number("num_windows"), Catch::Contains("num_windows"));
  }
}
