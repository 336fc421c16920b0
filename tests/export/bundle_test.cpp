#include "vit/export/bundle.h"

#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"
#include "vit/weights/load.h"
#include "vit/weights/recognise.h"

namespace {

struct Subject {
  explicit Subject(const vit::ViTOptions& options)
      : spec{"vit_tiny_patch16_224", options},
        model(options),
        card{spec.name, {"a", "b", "c"}, vit::preprocessing(spec)} {
    vit::test::randomize(model);
    model->eval();
  }
  vit::ModelSpec spec;
  vit::VisionTransformer model;
  vit::ModelCard card;
};

nlohmann::json config_of(const std::filesystem::path& folder) {
  return nlohmann::json::parse(vit::test::get(folder / "config.json"));
}

/// The model that a folder's files are read back as computes the same.
void check_read_back(Subject& subject, const std::filesystem::path& folder) {
  const vit::WeightsFile file = vit::open_weights(folder / "model.safetensors");
  const vit::Recognised found = vit::recognise(file);
  CHECK(found.options.at("num_heads") == "2");
  vit::VisionTransformer again(std::get<vit::ViTOptions>(subject.spec.options));
  vit::load_weights(*again, file);
  again->eval();
  const torch::Tensor x = vit::test::random_tensor({2, 3, 16, 16});
  CHECK(torch::equal(again->forward(x), subject.model->forward(x)));
}

}  // namespace

TEST_CASE("A bundle for timm names the architecture and what differs from it") {
  const vit::test::ScratchFolder scratch;
  vit::ViTOptions options = vit::test::small_vit(3);
  options.global_pool = "avg";
  options.class_token = false;
  Subject subject(options);
  vit::write_timm_bundle(subject.spec, *subject.model, subject.card, scratch / "timm");
  const nlohmann::json config = config_of(scratch / "timm");
  CHECK(config.at("architecture") == "vit_tiny_patch16_224");
  CHECK(config.at("num_classes") == 3);
  CHECK(config.at("label_names") == nlohmann::json{"a", "b", "c"});
  const nlohmann::json& arguments = config.at("model_args");
  CHECK(arguments.at("embed_dim") == 24);
  CHECK(arguments.at("global_pool") == "avg");
  CHECK(arguments.at("class_token") == false);
  CHECK_FALSE(arguments.contains("mlp_ratio"));       // as in the architecture
  CHECK_FALSE(arguments.contains("drop_path_rate"));  // no part of what is computed
  CHECK(config.at("pretrained_cfg").at("mean") == nlohmann::json{0.5, 0.5, 0.5});
  check_read_back(subject, scratch / "timm");
}

TEST_CASE("timm's own epsilon is written for one that computes the same, and no other") {
  const vit::test::ScratchFolder scratch;
  vit::ViTOptions options = vit::test::small_vit(3);
  options.norm_eps = 1e-12;  // transformers' ViT
  Subject alike(options);
  vit::write_timm_bundle(alike.spec, *alike.model, alike.card, scratch / "alike");
  CHECK_FALSE(config_of(scratch / "alike").at("model_args").contains("norm_eps"));
  options.norm_eps = 0.5;
  Subject other(options);
  CHECK_THROWS_WITH(vit::write_timm_bundle(other.spec, *other.model, other.card, scratch / "other"),
                    Catch::Contains("model.norm_eps"));
}

TEST_CASE("A bundle for transformers has its names and its config") {
  const vit::test::ScratchFolder scratch;
  Subject subject(vit::test::small_vit(3));
  vit::write_transformers_bundle(subject.spec, *subject.model, subject.card, scratch / "hf");
  const nlohmann::json config = config_of(scratch / "hf");
  CHECK(config.at("model_type") == "vit");
  CHECK(config.at("architectures") == nlohmann::json{"ViTForImageClassification"});
  CHECK(config.at("intermediate_size") == 96);
  CHECK(config.at("id2label").at("1") == "b");
  CHECK(config.at("layer_norm_eps") == 1e-6);
  check_read_back(subject, scratch / "hf");
}

TEST_CASE("A distilled model becomes DeiT, LayerScale with registers DINOv2") {
  const vit::test::ScratchFolder scratch;
  vit::ViTOptions options = vit::test::small_vit(3);
  options.dist_token = true;
  Subject distilled(options);
  vit::write_transformers_bundle(distilled.spec, *distilled.model, distilled.card, scratch / "d");
  CHECK(config_of(scratch / "d").at("model_type") == "deit");
  check_read_back(distilled, scratch / "d");
  vit::write_timm_bundle(distilled.spec, *distilled.model, distilled.card, scratch / "t");
  CHECK(config_of(scratch / "t").at("architecture") == "deit_base_distilled_patch16_224");

  options = vit::test::small_vit(0);
  options.init_values = 1.0;
  options.reg_tokens = 4;
  options.no_embed_class = true;
  Subject dino(options);
  vit::write_transformers_bundle(dino.spec, *dino.model, dino.card, scratch / "r");
  CHECK(config_of(scratch / "r").at("model_type") == "dinov2_with_registers");
  CHECK(config_of(scratch / "r").at("num_register_tokens") == 4);
  check_read_back(dino, scratch / "r");
}

TEST_CASE("What the other library has no words for in evaluation is refused with the key") {
  const vit::test::ScratchFolder scratch;
  vit::ViTOptions options = vit::test::small_vit(3);
  Subject subject(options);
  subject.card.preprocessing.crop_mode = "whole";
  for (const auto write : {&vit::write_timm_bundle, &vit::write_transformers_bundle}) {
    const auto error = vit::test::error_of(
        [&] { write(subject.spec, *subject.model, subject.card, scratch / "bundle"); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    CHECK(error->where() == "data.crop_mode");
  }
  CHECK(scratch.names().empty());
}

TEST_CASE("What the other library has no model of is refused with the option") {
  const vit::test::ScratchFolder scratch;
  const auto refusal = [&](auto change, auto write) {
    vit::ViTOptions options = vit::test::small_vit(3);
    change(options);
    Subject subject(options);
    try {
      write(subject.spec, *subject.model, subject.card, scratch / "no");
    } catch (const vit::Error& error) {
      CHECK(error.kind() == vit::ErrorKind::usage);
      return error.where();
    }
    return std::string("nothing was refused");
  };
  CHECK(refusal([](auto& o) { o.qk_norm = true; }, vit::write_transformers_bundle) ==
        "model.qk_norm");
  CHECK(refusal([](auto& o) { o.reg_tokens = 1; }, vit::write_transformers_bundle) ==
        "model.reg_tokens");
  CHECK(refusal([](auto& o) { o.rel_pos = "bias"; }, vit::write_timm_bundle) == "model.rel_pos");
  CHECK_FALSE(std::filesystem::exists(scratch / "no"));
}
