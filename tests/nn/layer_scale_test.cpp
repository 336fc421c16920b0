#include "vit/nn/layer_scale.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"

TEST_CASE("LayerScale begins with the same small factor for each channel, under timm's name") {
  vit::LayerScale scale(vit::LayerScaleOptions{.dim = 4, .init_values = 1e-5});
  REQUIRE(scale->named_parameters().contains("gamma"));
  CHECK(torch::equal(scale->gamma, torch::full({4}, 1e-5)));
}

TEST_CASE("LayerScale multiplies each channel by a factor of its own, at any rank") {
  vit::LayerScale scale(vit::LayerScaleOptions{.dim = 3});
  {
    const torch::NoGradGuard no_grad;
    scale->gamma.copy_(torch::tensor({1.0f, -2.0f, 0.5f}));
  }
  const torch::Tensor expected = torch::tensor({1.0f, -2.0f, 0.5f});
  CHECK(torch::equal(scale(torch::ones({3})), expected));
  CHECK(torch::equal(scale(torch::ones({2, 5, 3})), expected.expand({2, 5, 3})));
  CHECK(vit::test::without_gradient(scale, scale(torch::ones({2, 3}))).empty());
}

TEST_CASE("A clone of LayerScale has the learned factors and shares none") {
  vit::LayerScale scale(vit::LayerScaleOptions{.dim = 3});
  vit::test::randomize(scale);
  vit::LayerScale copy = vit::test::clone_of(scale);
  CHECK(torch::equal(copy->gamma, scale->gamma));
  const torch::NoGradGuard no_grad;
  copy->gamma.zero_();
  CHECK(scale->gamma.abs().max().item<float>() > 0);
}
