#include "vit/nn/patch_drop.h"

#include <torch/types.h>

#include <set>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/nn/random.h"

TEST_CASE("Each picture keeps its own part of the patches, each patch once") {
  const vit::RandomScope scope(vit::Rng(1, vit::Stream::model));
  const torch::Tensor kept = vit::kept_patches(8, 16, 0.25, torch::kCPU);
  CHECK(kept.sizes() == at::IntArrayRef({8, 12}));
  for (int b = 0; b < 8; ++b) {
    std::set<std::int64_t> positions;
    for (int i = 0; i < 12; ++i) positions.insert(kept[b][i].item<std::int64_t>());
    CHECK(positions.size() == 12);
    CHECK(*positions.begin() >= 0);
    CHECK(*positions.rbegin() < 16);
  }
  CHECK_FALSE(torch::equal(std::get<0>(kept[0].sort()), std::get<0>(kept[1].sort())));
}

TEST_CASE("One patch is left at least, and prefix tokens always are") {
  const vit::RandomScope scope(vit::Rng(1, vit::Stream::model));
  CHECK(vit::kept_patches(2, 4, 0.99, torch::kCPU).size(1) == 1);
  const torch::Tensor tokens = vit::test::random_tensor({2, 6, 3});
  const torch::Tensor kept = torch::tensor({{3, 0}, {1, 2}});
  const torch::Tensor left = vit::drop_patches(tokens, kept, 2);
  CHECK(left.sizes() == at::IntArrayRef({2, 4, 3}));
  CHECK(torch::equal(left.slice(1, 0, 2), tokens.slice(1, 0, 2)));
  CHECK(torch::equal(left[0][2], tokens[0][2 + 3]));
  CHECK(torch::equal(left[1][3], tokens[1][2 + 2]));
}
