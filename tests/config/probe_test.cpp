#include "vit/config/probe.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/small_vit.h"

TEST_CASE("Features depend on weights and pixels, and not on how the data is read") {
  vit::VisionTransformer model(vit::test::small_vit(0)), other(vit::test::small_vit(0));
  model->init_weights(1);
  other->init_weights(2);
  const auto key = [&](vit::ImageModel& body, const std::string& yaml) {
    return vit::feature_key(vit::parse_experiment(yaml, "e"), body);
  };
  const std::string plain = key(*model, "seed: 1\n");
  CHECK(plain == key(*model, "seed: 2\ndata: {workers: 7, batch_size: 3}\noptim: {lr: 1}\n"));
  CHECK(plain != key(*other, "seed: 1\n"));
  CHECK(plain != key(*model, "data: {crop_pct: 0.5}\n"));
}

TEST_CASE("A body takes over everything but the head") {
  vit::VisionTransformer model(vit::test::small_vit(3)), body(vit::test::small_vit(0));
  model->init_weights(1);
  body->init_weights(2);
  vit::copy_weights(*model, *body);
  const torch::Tensor x = torch::ones({1, 3, 16, 16});
  CHECK(torch::equal(model->forward_features(x), body->forward_features(x)));
}
