#include "vit/config/probe.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"

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

TEST_CASE("A probe refuses what it cannot honour, all of it by name, and takes the rest") {
  const auto check = [](const std::string& yaml) {
    return vit::test::error_of([&] { vit::check_probe(vit::parse_experiment(yaml, "e")); });
  };
  CHECK_FALSE(
      check("task: {name: linear_probe, loss: bce, smoothing: 0.2}\n"
            "optim: {opt: sgd, clip_grad: 1.0, sam_rho: 0.1}\n"
            "train: {model_ema: 0.9, grad_accum_steps: 2, early_stopping: 3}\n"));
  const auto error = check(
      "augment: {mixup: 0.8, reprob: 0.1}\nlora: {rank: 4}\noptim: {layer_decay: 0.5}\n"
      "model: {name: vit_tiny_patch16_224, drop_rate: 0.1}\ntask: {loss: jsd}\n");
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK(error->where() == "augment.mixup");
  for (const char* key : {"augment.mixup: 0.8", "augment.reprob", "lora.rank", "optim.layer_decay",
                          "model.drop_rate", "task.loss: jsd"})
    CHECK_THAT(error->problem(), Catch::Contains(key));
}
