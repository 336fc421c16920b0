#include "vit/tasks/detect/detr_mlp.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/support/module.h"

TEST_CASE("ReLU stands between the layers of DETR's perceptron, not behind the last") {
  vit::DetrMlp mlp(std::vector<std::int64_t>{3, 5, 2});
  vit::test::randomize(mlp);
  const torch::Tensor x = vit::test::random_tensor({4, 3});
  const auto p = mlp->named_parameters();
  const torch::Tensor inner = torch::relu(x.matmul(p["layers.0.weight"].t()) + p["layers.0.bias"]);
  const torch::Tensor expected = inner.matmul(p["layers.1.weight"].t()) + p["layers.1.bias"];
  CHECK(torch::allclose(mlp(x), expected, 1e-5, 1e-6));
  mlp->init_weights(1);  // as torch.nn.Linear starts: within 1 / sqrt(inputs), biases too
  CHECK(p["layers.1.bias"].abs().max().item<double>() > 0);
  CHECK(p["layers.1.weight"].abs().max().item<double>() <= 1 / std::sqrt(5.0));
  CHECK(torch::equal(vit::test::clone_of(mlp)(x), mlp(x)));
}
