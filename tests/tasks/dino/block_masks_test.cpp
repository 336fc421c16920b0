#include "vit/tasks/dino/block_masks.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

TEST_CASE("Half of the images are masked, each by its part of the patches, in blocks") {
  const vit::Size2 grid{14, 14};
  const torch::Tensor masks = vit::block_masks({}, 40, grid, vit::Rng(1));
  const torch::Tensor shares = masks.sum(1).to(torch::kFloat64) / 196.0;
  CHECK((shares > 0).sum().item<std::int64_t>() == 20);
  CHECK(shares.max().item<double>() <= 0.5);
  CHECK(shares.max().item<double>() > 0.35);
  CHECK(shares.sum().item<double>() / 20 == Approx(0.3).epsilon(0.15));
  // Most masked patches have a masked neighbour on the right or on the left.
  const torch::Tensor map = masks.view({40, 14, 14});
  const torch::Tensor both = map.slice(2, 0, 13).logical_and(map.slice(2, 1, 14));
  CHECK(both.sum().item<std::int64_t>() > masks.sum().item<std::int64_t>() / 2);
  // Shuffled: not the first half.
  CHECK((shares.slice(0, 0, 20) > 0).sum().item<std::int64_t>() < 20);
}

TEST_CASE("Masks are a function of what they are drawn from") {
  const auto draw = [](std::uint64_t seed) {
    return vit::block_masks({}, 8, {6, 6}, vit::Rng(seed, vit::Stream::batch, 1, 2));
  };
  CHECK(torch::equal(draw(1), draw(1)));
  CHECK_FALSE(torch::equal(draw(1), draw(2)));
}

TEST_CASE("Where no rectangle fits nothing is masked, and a ratio must be an interval") {
  CHECK(vit::block_masks({}, 4, {1, 1}, vit::Rng(1)).sum().item<std::int64_t>() == 0);
  CHECK(vit::block_masks({.probability = 0}, 4, {6, 6}, vit::Rng(1)).sum().item<std::int64_t>() ==
        0);
  const auto error = vit::test::error_of([] {
    (void)vit::block_masks({.ratio = {0.5, 0.1}}, 4, {6, 6}, vit::Rng(1));
  });
  REQUIRE(error);
  CHECK(error->where() == "task.ibot.ratio");
}
