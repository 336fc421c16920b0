#include "vit/models/pretrained.h"

#include <set>

#include "tests/catch.h"
#include "vit/core/error.h"
#include "vit/models/registry.h"

TEST_CASE("Weights are found by model and tag, and a model alone means its default") {
  const auto* dino = vit::find_pretrained("vit_base_patch16_224.dino");
  REQUIRE(dino != nullptr);
  CHECK(dino->input.pixels == vit::Pixels::imagenet);
  CHECK(dino->num_classes == 0);
  const auto* plain = vit::find_pretrained("vit_base_patch16_224");
  REQUIRE(plain != nullptr);
  CHECK(plain->name() == "vit_base_patch16_224.augreg2_in21k_ft_in1k");
  CHECK(plain->input.pixels == vit::Pixels::inception);
  CHECK(vit::find_pretrained("vit_base_patch16_224.none") == nullptr);
  CHECK(vit::find_pretrained("nothing") == nullptr);
}

TEST_CASE("No set of weights is there twice, and each is of a model that there is") {
  std::set<std::string> names;
  for (const vit::PretrainedWeights& weights : vit::pretrained_weights()) {
    INFO(weights.name());
    CHECK(names.insert(weights.name()).second);
    CHECK_NOTHROW(vit::model_spec(std::string(weights.model)));
    CHECK(weights.img_size > 0);
    CHECK(weights.input.crop_pct > 0);
  }
}

TEST_CASE("A model named with its tag has that tag's classes, size and pixels") {
  const vit::ModelSpec spec = vit::model_spec("vit_base_patch16_clip_384.laion2b_ft_in12k_in1k");
  const vit::InputSpec input = vit::preprocessing(spec);
  CHECK(input.crop_mode == "squash");
  CHECK(input.mean[0] == Approx(0.48145466));
  CHECK(input.img_size.height == 384);
  CHECK_THROWS_AS(vit::model_spec("vit_base_patch16_224.no_such_tag"), vit::Error);
}
