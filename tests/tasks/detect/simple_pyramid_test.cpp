#include "vit/tasks/detect/simple_pyramid.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/model_fixture.h"
#include "vit/core/error.h"

using vit::SimplePyramid, vit::SimplePyramidOptions;

TEST_CASE("The maps of a plain ViT's pyramid are detectron2's") {
  const vit::test::ModelFixture fixture("vitdet_sfp");
  if (!fixture) return;
  SimplePyramid pyramid(SimplePyramidOptions{.in_channels = 48,
                                             .stride = 16,
                                             .out_channels = 32,
                                             .scale_factors = {4, 2, 1, 0.5},
                                             .extra_level = true});
  fixture.load(pyramid);
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> maps = pyramid.forward({fixture.at("features")});
  REQUIRE(maps.size() == 5);
  for (std::size_t i = 0; i < maps.size(); ++i) fixture.check("p" + std::to_string(i + 2), maps[i]);
}

TEST_CASE("The maps of a pyramid have the sizes that its strides say, for any patch") {
  SimplePyramid pyramid(SimplePyramidOptions{
      .in_channels = 8, .stride = 14, .out_channels = 32, .scale_factors = {2, 1, 0.5}});
  pyramid.init_weights(1);
  CHECK(pyramid.strides() == std::vector<std::int64_t>{7, 14, 28});
  const std::vector<torch::Tensor> maps = pyramid.forward({torch::randn({2, 8, 6, 4})});
  REQUIRE(maps.size() == 3);
  CHECK(maps[0].sizes() == torch::IntArrayRef({2, 32, 12, 8}));
  CHECK(maps[1].sizes() == torch::IntArrayRef({2, 32, 6, 4}));
  CHECK(maps[2].sizes() == torch::IntArrayRef({2, 32, 3, 2}));
  CHECK(pyramid.named_parameters().contains("simfp_2.0.weight"));  // the stride of 7 is above 2^2
  for (const torch::Tensor& map : maps) CHECK(map.isfinite().all().item<bool>());
}

TEST_CASE("A pyramid says which scales there are, and which maps it takes") {
  const auto make = [](std::vector<double> scales) {
    return SimplePyramid(
        SimplePyramidOptions{.in_channels = 8, .scale_factors = std::move(scales)});
  };
  CHECK_THROWS_WITH(make({3}), Catch::Contains("scale_factors"));
  CHECK_THROWS_WITH(make({1, 2}), Catch::Contains("finest"));
  CHECK_THROWS_WITH(make({1}).forward({torch::zeros({1, 9, 2, 2})}),
                    Catch::Contains("[1, 9, 2, 2]"));
}
