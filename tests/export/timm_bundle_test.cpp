#include "tests/export/bundles.h"

TEST_CASE("A bundle for timm names the architecture and what differs from it") {
  const vit::test::ScratchFolder scratch;
  vit::ViTOptions options = vit::test::small_vit(3);
  options.global_pool = "avg";
  options.class_token = false;
  vit::test::BundleSubject subject(options);
  vit::write_timm_bundle(subject.spec, *subject.model, subject.card, scratch / "timm");
  const nlohmann::json config = vit::test::config_of(scratch / "timm");
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
  vit::test::check_read_back(subject, scratch / "timm");
}

TEST_CASE("timm's own epsilon is written for one that computes the same, and no other") {
  const vit::test::ScratchFolder scratch;
  vit::ViTOptions options = vit::test::small_vit(3);
  options.norm_eps = 1e-12;  // transformers' ViT
  vit::test::BundleSubject alike(options);
  vit::write_timm_bundle(alike.spec, *alike.model, alike.card, scratch / "alike");
  CHECK_FALSE(vit::test::config_of(scratch / "alike").at("model_args").contains("norm_eps"));
  options.norm_eps = 0.5;
  vit::test::BundleSubject other(options);
  CHECK_THROWS_WITH(vit::write_timm_bundle(other.spec, *other.model, other.card, scratch / "other"),
                    Catch::Contains("model.norm_eps"));
}

TEST_CASE("A distilled model is timm's distilled architecture") {
  const vit::test::ScratchFolder scratch;
  vit::ViTOptions options = vit::test::small_vit(3);
  options.dist_token = true;
  vit::test::BundleSubject distilled(options);
  vit::write_timm_bundle(distilled.spec, *distilled.model, distilled.card, scratch / "t");
  CHECK(vit::test::config_of(scratch / "t").at("architecture") ==
        "deit_base_distilled_patch16_224");
}

TEST_CASE("timm has no words for an image that keeps its shape, and says so with the key") {
  const vit::test::ScratchFolder scratch;
  vit::test::BundleSubject subject(vit::test::small_vit(3));
  subject.card.preprocessing.crop_mode = "whole";
  const auto error = vit::test::error_of([&] {
    vit::write_timm_bundle(subject.spec, *subject.model, subject.card, scratch / "bundle");
  });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK(error->where() == "data.crop_mode");
  CHECK(scratch.names().empty());
}

TEST_CASE("What timm has no model of is refused with the option") {
  const vit::test::ScratchFolder scratch;
  CHECK(vit::test::bundle_refusal(
            scratch / "no", [](auto& o) { o.rel_pos = "bias"; }, vit::write_timm_bundle) ==
        "model.rel_pos");
  CHECK(scratch.names().empty());
}
