#include "vit/nn/pool.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"

TEST_CASE("`token` takes the first token, whatever else stands before the patches") {
  const torch::Tensor tokens = vit::test::random_tensor({2, 6, 3});
  CHECK(torch::equal(vit::global_pool(tokens, "token", {.prefix_tokens = 5}), tokens.select(1, 0)));
}

TEST_CASE("`avg` is the mean of the patches, without the prefix tokens") {
  torch::Tensor tokens = torch::ones({2, 6, 3});
  tokens.slice(1, 0, 2) = 100;
  CHECK(torch::equal(vit::global_pool(tokens, "avg", {.prefix_tokens = 2}), torch::ones({2, 3})));
  CHECK_FALSE(
      torch::equal(vit::global_pool(tokens, "avg", {.prefix_tokens = 0}), torch::ones({2, 3})));
}

TEST_CASE("`token_avg` puts the mean of the patches beside the class token, without registers") {
  const torch::Tensor tokens = vit::test::random_tensor({2, 6, 3});
  const torch::Tensor pooled = vit::global_pool(tokens, "token_avg", {.prefix_tokens = 3});
  CHECK(torch::equal(pooled.narrow(1, 0, 3), tokens.select(1, 0)));
  CHECK(torch::equal(pooled.narrow(1, 3, 3), tokens.slice(1, 3).mean(1)));
}

TEST_CASE("`max` is the largest of the patches, `avgmax` the mean of that and `avg`") {
  const torch::Tensor tokens = vit::test::random_tensor({2, 6, 3});
  const torch::Tensor patches = tokens.slice(1, 1);
  CHECK(torch::equal(vit::global_pool(tokens, "max", {}), patches.amax(1)));
  CHECK(torch::allclose(vit::global_pool(tokens, "avgmax", {}),
                        (patches.amax(1) + patches.mean(1)) / 2));
  CHECK(torch::equal(vit::global_pool(tokens, "max", {.include_prefix = true}), tokens.amax(1)));
}

TEST_CASE("Without pooling the tokens come back as they are") {
  const torch::Tensor tokens = torch::ones({2, 6, 3});
  CHECK(vit::global_pool(tokens, "", {}).is_same(tokens));
}

TEST_CASE("An unknown pooling is refused with its key") {
  const auto error = vit::test::error_of([] {
    (void)vit::global_pool(torch::ones({1, 2, 3}), "mean", {});
  });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK(error->where() == "model.global_pool");
  CHECK_THAT(error->what(), Catch::Contains("`mean`"));
}
