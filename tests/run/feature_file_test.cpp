#include "vit/run/feature_file.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/small_vit.h"

TEST_CASE("Features depend on weights and pixels, and not on how the data is read") {
  vit::VisionTransformer model(vit::test::small_vit(0)), other(vit::test::small_vit(0));
  model->init_weights(1);
  other->init_weights(2);
  const auto file = [&](vit::ImageModel& body, const std::string& yaml) {
    return vit::feature_file(vit::parse_experiment(yaml, "e"), body, "train");
  };
  const vit::FeatureFile plain = file(*model, "seed: 1\n");
  const vit::FeatureFile same =
      file(*model, "seed: 2\ndata: {workers: 7, batch_size: 3}\noptim: {lr: 1}\n");
  CHECK(plain.key == same.key);
  CHECK(plain.path == same.path);
  CHECK(plain.key != file(*other, "seed: 1\n").key);
  CHECK(plain.key != file(*model, "data: {crop_pct: 0.5}\n").key);
}
