#include "vit/nn/attention_pool.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"

TEST_CASE("AttentionPool looks at the tokens with one learned query, then adds an MLP") {
  vit::AttentionPool pool(vit::AttentionPoolOptions{.dim = 8, .num_heads = 2, .mlp_ratio = 2});
  vit::test::randomize(pool);
  const torch::Tensor tokens = vit::test::random_tensor({3, 5, 8});
  const torch::Tensor pooled = pool(tokens);
  CHECK(pooled.sizes() == at::IntArrayRef({3, 8}));
  CHECK(vit::test::without_gradient(pool, pooled).empty());

  const auto kv = pool->kv(tokens).chunk(2, -1);  // [B, N, 8] each
  const torch::Tensor q = pool->q(pool->latent)[0][0];
  std::vector<torch::Tensor> heads;
  for (int h = 0; h < 2; ++h) {
    const auto of = [&](const torch::Tensor& x) { return x.slice(-1, 4 * h, 4 * h + 4); };
    const torch::Tensor weights = (of(kv[0]).matmul(of(q)) / 2.0).softmax(-1);  // [B, N]
    heads.push_back((weights.unsqueeze(-1) * of(kv[1])).sum(1));
  }
  const torch::Tensor attended = pool->proj(torch::cat(heads, -1));
  CHECK(torch::allclose(pooled, attended + pool->mlp(pool->norm(attended)), 1e-5, 1e-5));
}

TEST_CASE("The order of the tokens does not matter to AttentionPool") {
  vit::AttentionPool pool(vit::AttentionPoolOptions{.dim = 8, .num_heads = 2});
  vit::test::randomize(pool);
  const torch::Tensor tokens = vit::test::random_tensor({2, 6, 8});
  CHECK(torch::allclose(pool(tokens.flip(1)), pool(tokens), 1e-5, 1e-6));
}

TEST_CASE("AttentionPool refuses a width that the heads do not divide") {
  CHECK_THROWS_AS(vit::AttentionPool(vit::AttentionPoolOptions{.dim = 9, .num_heads = 2}),
                  vit::Error);
}
