#include "vit/loss/sigmoid_focal.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "tests/catch.h"

TEST_CASE("Sure and right elements hardly count; objects and background are weighed apart") {
  const torch::Tensor logits = torch::tensor({{2.0f, -1.0f}, {0.0f, 3.0f}});
  const torch::Tensor targets = torch::tensor({{1.0f, 0.0f}, {1.0f, 0.0f}});
  const auto p = [](double x) { return 1 / (1 + std::exp(-x)); };
  const double expected = 0.25 * std::pow(1 - p(2), 2) * -std::log(p(2)) +
                          0.75 * std::pow(p(-1), 2) * -std::log(1 - p(-1)) +
                          0.25 * 0.25 * -std::log(0.5) +
                          0.75 * std::pow(p(3), 2) * -std::log(1 - p(3));
  CHECK(vit::sigmoid_focal_loss(logits, targets).item<double>() == Approx(expected));
}

TEST_CASE("The gradient of the focal loss is finite where an element is certain") {
  torch::Tensor logits = torch::tensor({200.0f, -200.0f}).requires_grad_();
  vit::sigmoid_focal_loss(logits, torch::tensor({1.0f, 0.0f}), 0.25, 0.5).backward();
  CHECK(logits.grad().isfinite().all().item<bool>());
}
