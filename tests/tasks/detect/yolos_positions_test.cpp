#include "vit/tasks/detect/yolos_positions.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/weights/resample.h"

TEST_CASE("Positions of the patches are resampled for each layer, those beside them stay") {
  const torch::Tensor positions = vit::test::random_tensor({3, 1, 1 + 6 + 2, 4});
  const torch::Tensor found = vit::positions_for(positions, 1, 2, {2, 3}, {4, 5});
  REQUIRE(found.sizes() == torch::IntArrayRef({3, 1, 1 + 20 + 2, 4}));
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    const torch::Tensor expected = vit::resample_positions(positions[layer].slice(1, 0, 7), {2, 3},
                                                           {4, 5}, 1, vit::Interpolation::bicubic);
    CHECK(torch::allclose(found[layer].slice(1, 0, 21), expected, 1e-6, 1e-6));
    CHECK(torch::equal(found[layer].slice(1, 21), positions[layer].slice(1, 7)));
  }
}

TEST_CASE("The same number of patches in another shape is another grid") {
  const torch::Tensor positions = vit::test::random_tensor({1, 7, 4});
  const torch::Tensor upright = vit::positions_for(positions, 1, 0, {2, 3}, {3, 2});
  CHECK(upright.sizes() == positions.sizes());
  CHECK_FALSE(torch::allclose(upright, positions));
  CHECK(vit::positions_for(positions, 1, 0, {2, 3}, {2, 3}).is_same(positions));
}

TEST_CASE("Resampled positions learn") {
  torch::Tensor positions = vit::test::random_tensor({2, 1, 7, 4}).requires_grad_();
  vit::positions_for(positions, 1, 0, {2, 3}, {4, 6}).sum().backward();
  CHECK(positions.grad().abs().min().item<double>() > 0);
}
