#include "vit/tasks/detect/rf_detr_windows.h"

#include <torch/types.h>
#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/tasks/detect/windowed_vit.h"
#include "vit/core/error.h"
#include "vit/nn/grad_checkpoint.h"

using vit::test::random_tensor, vit::test::windowed_vit;

TEST_CASE("With one window the features are the model's own") {
  for (const bool class_token : {true, false}) {
    const auto model = windowed_vit({16, 16}, class_token);
    const torch::NoGradGuard no_grad;
    const torch::Tensor x = random_tensor({2, 3, 16, 24});  // positions of another grid
    const auto maps = vit::windowed_features(*model, x, {1, 3}, 1);
    const auto own = model->features(x, {.layers = {0, 2}});
    REQUIRE(maps.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) CHECK(torch::allclose(maps[i], own[i].map(), 1e-5, 1e-6));
  }
}

TEST_CASE("A block sees its own window alone, and the one behind a feature all of them") {
  const auto model = windowed_vit({16, 16});
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = random_tensor({1, 3, 16, 16});
  torch::Tensor other = x.clone();
  other.narrow(2, 0, 8).narrow(3, 8, 8).add_(1);  // the window on the upper right
  const auto before = vit::windowed_features(*model, x, {1, 2}, 2);
  const auto after = vit::windowed_features(*model, other, {1, 2}, 2);
  const auto changed = [&](std::size_t stage) {  // [4, 4]
    return (before[stage] - after[stage]).abs().amax({0, 1}) > 1e-6;
  };
  CHECK(changed(0).narrow(0, 0, 2).narrow(1, 2, 2).all().item<bool>());
  CHECK(changed(0).sum().item<std::int64_t>() == 4);
  CHECK(changed(1).all().item<bool>());
}

TEST_CASE("Computed again in the backward pass, gradients are the same") {
  const torch::Tensor x = random_tensor({2, 3, 16, 16});
  std::vector<torch::Tensor> gradients;
  for (const bool again : {false, true}) {
    const auto model = windowed_vit({16, 16});
    vit::set_grad_checkpointing(*model, again);
    model->train();
    vit::windowed_features(*model, x, {2, 4}, 2)[1].square().sum().backward();
    gradients.push_back(model->named_parameters()["blocks.0.attn.qkv.weight"].grad());
  }
  CHECK(torch::allclose(gradients[0], gradients[1]));
}

TEST_CASE("Images that windows do not tile, and models that have none, are refused") {
  const auto model = windowed_vit({16, 16});
  CHECK_THROWS_WITH(vit::windowed_features(*model, torch::zeros({1, 3, 12, 16}), {1}, 2),
                    Catch::Contains("2 x 2 windows do not tile the 3 x 4 patches"));
  vit::ViTOptions options = model->options;
  options.pos_embed = "none";
  CHECK_THROWS_WITH(vit::check_windows_fit(vit::VisionTransformerImpl(options)),
                    Catch::Contains("model.pos_embed"));
}
