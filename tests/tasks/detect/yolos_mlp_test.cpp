#include "vit/tasks/detect/yolos_mlp.h"

#include <torch/types.h>

#include <cmath>
#include <string>

#include "tests/catch.h"
#include "tests/support/module.h"

TEST_CASE("A head of YOLOS is three layers with ReLU between them") {
  vit::YolosMlp head(6, 4);
  head->init_weights(1);
  const auto parameters = head->named_parameters();
  CHECK(parameters.size() == 6);
  torch::Tensor x = vit::test::random_tensor({2, 5, 6});
  const torch::Tensor found = head(x);
  for (const char* layer : {"layers.0.", "layers.1.", "layers.2."}) {
    const torch::Tensor& weight = parameters[std::string(layer) + "weight"];
    // As torch.nn.Linear starts: within 1 / sqrt(inputs), biases too.
    CHECK(weight.abs().max().item<double>() <= 1 / std::sqrt(6.0));
    CHECK(parameters[std::string(layer) + "bias"].abs().max().item<double>() > 0);
    if (layer[7] != '0') x = x.relu();
    x = torch::matmul(x, weight.t()) + parameters[std::string(layer) + "bias"];
  }
  CHECK(torch::allclose(found, x, 1e-5, 1e-6));
}
