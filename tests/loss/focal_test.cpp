#include "vit/loss/focal.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"
#include "vit/loss/cross_entropy.h"

TEST_CASE("Gamma 0 is cross entropy; larger gammas turn away from what is right already") {
  const torch::Tensor logits = torch::tensor({{2.0f, 0.0f, -1.0f}, {0.1f, 0.2f, 0.0f}}),
                      labels = torch::tensor({0, 2});
  CHECK(vit::focal_loss(logits, labels, 0).item<double>() ==
        Approx(vit::cross_entropy(logits, labels).item<double>()));
  const torch::Tensor p = logits.softmax(1);
  const double p0 = p[0][0].item<double>(), p1 = p[1][2].item<double>();
  CHECK(vit::focal_loss(logits, labels, 2).item<double>() ==
        Approx(-(std::pow(1 - p0, 2) * std::log(p0) + std::pow(1 - p1, 2) * std::log(p1)) / 2));
}

TEST_CASE("The gradient is finite where a prediction is certain") {
  torch::Tensor logits = torch::tensor({{200.0f, 0.0f}}).requires_grad_();
  vit::focal_loss(logits, torch::tensor({0}), 0.5).backward();
  CHECK(logits.grad().isfinite().all().item<bool>());
}
