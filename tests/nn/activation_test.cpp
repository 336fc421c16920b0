#include "vit/nn/activation.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"
#include "vit/core/error.h"

TEST_CASE("Activations are what their names say") {
  const double x = 0.7;
  const torch::Tensor input = torch::tensor({x}, torch::kFloat64);
  const auto value = [&](const char* name) {
    return vit::activate(input, vit::activation(name)).item<double>();
  };
  const auto sigmoid = [](double z) { return 1 / (1 + std::exp(-z)); };
  CHECK(value("gelu") == Approx(x * 0.5 * std::erfc(-x / std::sqrt(2.0))));
  CHECK(value("gelu_tanh") ==
        Approx(0.5 * x *
               (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)))));
  CHECK(value("quick_gelu") == Approx(x * sigmoid(1.702 * x)));
  CHECK(value("silu") == Approx(x * sigmoid(x)));
  CHECK(value("relu") == x);
  CHECK(vit::activate(-input, vit::Activation::relu).item<double>() == 0);
}

TEST_CASE("An unknown activation is refused with the known ones") {
  try {
    (void)vit::activation("swish");
    FAIL("nothing was refused");
  } catch (const vit::Error& error) {
    CHECK_THAT(error.what(), Catch::Contains("model.act_layer") && Catch::Contains("quick_gelu"));
  }
}
