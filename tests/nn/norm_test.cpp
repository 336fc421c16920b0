#include "vit/nn/norm.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"

TEST_CASE("LayerNorm takes mean and variance of the last axis") {
  vit::Norm norm(vit::NormOptions{.dim = 6, .eps = 1e-3});
  vit::test::randomize(norm);
  const torch::Tensor x = vit::test::random_tensor({2, 3, 6});
  const torch::Tensor centred = x - x.mean(-1, true);
  const torch::Tensor expected =
      centred / (centred.square().mean(-1, true) + 1e-3).sqrt() * norm->weight + norm->bias;
  CHECK(torch::allclose(norm(x), expected, 1e-5, 1e-6));
}

TEST_CASE("RMSNorm takes the mean square and has no bias") {
  vit::Norm norm(vit::NormOptions{.dim = 6, .kind = vit::NormKind::rms});
  vit::test::randomize(norm);
  CHECK(norm->named_parameters().keys() == std::vector<std::string>{"weight"});
  const torch::Tensor x = vit::test::random_tensor({2, 3, 6});
  const torch::Tensor expected = x / (x.square().mean(-1, true) + 1e-6).sqrt() * norm->weight;
  CHECK(torch::allclose(norm(x), expected, 1e-5, 1e-6));
}

TEST_CASE("Kinds of norms have timm's names") {
  CHECK(vit::norm_kind("layernorm") == vit::NormKind::layer);
  CHECK(vit::norm_kind("rmsnorm") == vit::NormKind::rms);
  CHECK_THROWS_AS(vit::norm_kind("batchnorm"), vit::Error);
}
