#include "vit/nn/residual.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/nn/random.h"

namespace {

vit::ResidualBranch drawn(const torch::Tensor& value, const torch::Tensor& gamma, double rate) {
  const vit::RandomScope scope(vit::Rng(1, vit::Stream::model));
  return vit::residual_branch(value, gamma, rate, /*training=*/true);
}

}  // namespace

TEST_CASE("A branch without factors is added as it is") {
  const torch::Tensor x = vit::test::random_tensor({3, 5, 8}),
                      value = vit::test::random_tensor({3, 5, 8});
  // No RandomScope is alive: drawing would throw.
  const vit::ResidualBranch branch = vit::residual_branch(value, {}, 0.5, /*training=*/false);
  CHECK(vit::scaled(branch).is_same(value));
  CHECK(torch::equal(vit::add(x, branch), x + value));
}

TEST_CASE("A branch is added times LayerScale's gamma and drop path's factors") {
  const std::int64_t width = GENERATE(8, 32);  // without and with a kernel
  const torch::Tensor x = vit::test::random_tensor({64, 5, width}),
                      value = vit::test::random_tensor({64, 5, width}),
                      gamma = vit::test::random_tensor({width});
  const vit::ResidualBranch branch = drawn(value, gamma, 0.25);
  const torch::Tensor kept = branch.samples != 0;
  CHECK(kept.sum().item<std::int64_t>() > 32);
  CHECK(kept.sum().item<std::int64_t>() < 64);
  CHECK(torch::allclose(branch.samples, kept.to(torch::kFloat32) / 0.75));
  const torch::Tensor expected = value * gamma * branch.samples.view({-1, 1, 1});
  CHECK(torch::allclose(vit::scaled(branch), expected));
  CHECK(torch::allclose(vit::add(x, branch), x + expected, 1e-5, 1e-6));
}

TEST_CASE("Drop path's factors are of the type in which the branch would be multiplied") {
  const torch::Tensor value = vit::test::random_tensor({64, 5, 32}).to(torch::kBFloat16);
  CHECK(drawn(value, {}, 0.1).samples.scalar_type() == torch::kBFloat16);
  const torch::Tensor samples = drawn(value, torch::ones({32}), 0.1).samples;
  REQUIRE(samples.scalar_type() == torch::kFloat32);
  CHECK(samples.max().item<float>() == 1.0f / 0.9f);
}
