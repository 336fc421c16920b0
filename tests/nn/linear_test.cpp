#include "vit/nn/linear.h"

#include <torch/types.h>

#include <sstream>

#include "tests/catch.h"
#include "tests/support/module.h"

using vit::Linear;
using vit::LinearOptions;

TEST_CASE("Linear is x W^T + b for inputs of any rank") {
  Linear linear(LinearOptions{.in_features = 4, .out_features = 3});
  vit::test::randomize(linear);
  CHECK(linear->weight.sizes() == at::IntArrayRef({3, 4}));
  for (const std::vector<std::int64_t>& shape :
       std::vector<std::vector<std::int64_t>>{{4}, {2, 4}, {2, 5, 4}, {2, 1, 3, 4}, {0, 4}}) {
    const torch::Tensor x = vit::test::random_tensor(shape);
    CHECK(torch::allclose(linear(x), x.matmul(linear->weight.t()) + linear->bias, 1e-5, 1e-6));
  }
  CHECK(vit::test::without_gradient(linear, linear(vit::test::random_tensor({2, 4}))).empty());
}

TEST_CASE("Linear without bias has one parameter, also as a clone") {
  Linear linear(LinearOptions{.in_features = 4, .out_features = 3, .bias = false});
  vit::test::randomize(linear);
  Linear copy = vit::test::clone_of(linear);
  CHECK(copy->parameters().size() == 1);
  CHECK_FALSE(copy->bias.defined());
  const torch::Tensor x = vit::test::random_tensor({2, 4});
  CHECK(torch::equal(copy(x), linear(x)));
}

TEST_CASE("Making a Linear draws nothing from LibTorch's global generator") {
  torch::manual_seed(7);
  const torch::Tensor expected = torch::rand({3});
  torch::manual_seed(7);
  Linear linear(LinearOptions{.in_features = 64, .out_features = 64});
  CHECK(torch::equal(torch::rand({3}), expected));
}

TEST_CASE("Linear keeps its weights in a file of LibTorch") {
  Linear linear(LinearOptions{.in_features = 4, .out_features = 3});
  vit::test::randomize(linear);
  Linear read = vit::test::saved_and_loaded(linear, Linear(linear->options));
  CHECK(torch::equal(read->weight, linear->weight));
  CHECK(torch::equal(read->bias, linear->bias));
}

TEST_CASE("Linear prints as its shape") {
  std::ostringstream out;
  out << *Linear(LinearOptions{.in_features = 4, .out_features = 3, .bias = false});
  CHECK(out.str() == "vit::Linear(4 -> 3, no bias)");
}
