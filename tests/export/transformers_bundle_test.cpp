#include "tests/export/bundles.h"

TEST_CASE("A bundle for transformers has its names and its config") {
  const vit::test::ScratchFolder scratch;
  vit::test::BundleSubject subject(vit::test::small_vit(3));
  vit::write_transformers_bundle(subject.spec, *subject.model, subject.card, scratch / "hf");
  const nlohmann::json config = vit::test::config_of(scratch / "hf");
  CHECK(config.at("model_type") == "vit");
  CHECK(config.at("architectures") == nlohmann::json{"ViTForImageClassification"});
  CHECK(config.at("intermediate_size") == 96);
  CHECK(config.at("id2label").at("1") == "b");
  CHECK(config.at("layer_norm_eps") == 1e-6);
  vit::test::check_read_back(subject, scratch / "hf");
}

TEST_CASE("A distilled model becomes DeiT, LayerScale with registers DINOv2") {
  const vit::test::ScratchFolder scratch;
  vit::ViTOptions options = vit::test::small_vit(3);
  options.dist_token = true;
  vit::test::BundleSubject distilled(options);
  vit::write_transformers_bundle(distilled.spec, *distilled.model, distilled.card, scratch / "d");
  CHECK(vit::test::config_of(scratch / "d").at("model_type") == "deit");
  vit::test::check_read_back(distilled, scratch / "d");

  options = vit::test::small_vit(0);
  options.init_values = 1.0;
  options.reg_tokens = 4;
  options.no_embed_class = true;
  vit::test::BundleSubject dino(options);
  vit::write_transformers_bundle(dino.spec, *dino.model, dino.card, scratch / "r");
  CHECK(vit::test::config_of(scratch / "r").at("model_type") == "dinov2_with_registers");
  CHECK(vit::test::config_of(scratch / "r").at("num_register_tokens") == 4);
  vit::test::check_read_back(dino, scratch / "r");
}

TEST_CASE("transformers has no words for an image that keeps its shape, and says so with the key") {
  const vit::test::ScratchFolder scratch;
  vit::test::BundleSubject subject(vit::test::small_vit(3));
  subject.card.preprocessing.crop_mode = "whole";
  const auto error = vit::test::error_of([&] {
    vit::write_transformers_bundle(subject.spec, *subject.model, subject.card, scratch / "bundle");
  });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK(error->where() == "data.crop_mode");
  CHECK(scratch.names().empty());
}

TEST_CASE("What transformers has no model of is refused with the option") {
  const vit::test::ScratchFolder scratch;
  const auto refusal = [&](auto change) {
    return vit::test::bundle_refusal(scratch / "no", change, vit::write_transformers_bundle);
  };
  CHECK(refusal([](auto& o) { o.qk_norm = true; }) == "model.qk_norm");
  CHECK(refusal([](auto& o) { o.reg_tokens = 1; }) == "model.reg_tokens");
  CHECK(scratch.names().empty());
}
