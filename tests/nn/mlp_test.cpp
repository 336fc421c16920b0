#include "vit/nn/mlp.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/nn/random.h"

using vit::Mlp;
using vit::MlpOptions;

TEST_CASE("Mlp is fc2(GELU(fc1(x))) with the exact GELU, x Phi(x)") {
  Mlp mlp(MlpOptions{.in_features = 4, .hidden_features = 7});
  vit::test::randomize(mlp);
  const torch::Tensor x = vit::test::random_tensor({2, 3, 4});
  const torch::Tensor hidden = mlp->fc1(x);
  const torch::Tensor gelu = hidden * 0.5 * (1 + torch::erf(hidden / std::sqrt(2.0)));
  CHECK(mlp(x).sizes() == at::IntArrayRef({2, 3, 4}));
  CHECK(torch::allclose(mlp(x), mlp->fc2(gelu), 1e-5, 1e-6));
  CHECK(vit::test::without_gradient(mlp, mlp(x)).empty());
}

TEST_CASE("Mlp has timm's names and keeps its weights in a clone and in a file") {
  Mlp mlp(MlpOptions{.in_features = 4, .hidden_features = 7});
  vit::test::randomize(mlp);
  std::vector<std::string> names;
  for (const auto& item : mlp->named_parameters()) names.push_back(item.key());
  CHECK(names == std::vector<std::string>{"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"});
  const torch::Tensor x = vit::test::random_tensor({2, 3, 4});
  CHECK(torch::equal(vit::test::clone_of(mlp)(x), mlp(x)));
  CHECK(torch::equal(vit::test::saved_and_loaded(mlp, Mlp(mlp->options))(x), mlp(x)));
}

TEST_CASE("Dropout in Mlp changes training only") {
  Mlp mlp(MlpOptions{.in_features = 4, .hidden_features = 7, .drop = 0.5});
  vit::test::randomize(mlp);
  const torch::Tensor x = vit::test::random_tensor({2, 3, 4});
  mlp->eval();
  const torch::Tensor evaluated = mlp(x);  // no RandomScope: nothing is drawn
  mlp->train();
  const vit::RandomScope scope(vit::Rng(1, vit::Stream::model));
  const torch::Tensor trained = mlp(x);
  CHECK_FALSE(torch::allclose(trained, evaluated));
  CHECK((trained == 0).any().item<bool>());  // what fc2 gives is dropped, too
}
