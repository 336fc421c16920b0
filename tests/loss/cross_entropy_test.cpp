#include "vit/loss/cross_entropy.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"

TEST_CASE("Smoothing moves a share of the target evenly to all classes") {
  const torch::Tensor logits = torch::tensor({{2.0f, 0.0f, -1.0f}}), labels = torch::tensor({0});
  const torch::Tensor log_p = logits.log_softmax(1)[0];
  const double plain = -log_p[0].item<double>(), uniform = -log_p.mean().item<double>();
  CHECK(vit::cross_entropy(logits, labels).item<double>() == Approx(plain));
  CHECK(vit::cross_entropy(logits, labels, 0.1).item<double>() ==
        Approx(0.9 * plain + 0.1 * uniform));
}

TEST_CASE("Mixed targets are taken as they are, and classes may have weights") {
  const torch::Tensor logits = torch::tensor({{2.0f, 0.0f, -1.0f}, {0.0f, 1.0f, 0.5f}});
  const torch::Tensor log_p = logits.log_softmax(1);
  const torch::Tensor mixed = torch::tensor({{0.7f, 0.3f, 0.0f}, {0.0f, 0.0f, 1.0f}});
  const double expected = -(mixed * log_p).sum().item<double>() / 2;
  CHECK(vit::cross_entropy(logits, mixed).item<double>() == Approx(expected));
  CHECK(vit::cross_entropy(logits, mixed, 0.1).item<double>() == Approx(expected));
  CHECK(vit::cross_entropy(logits, torch::tensor({0, 2}), 0, torch::tensor({1.0f, 1.0f, 3.0f}))
            .item<double>() ==
        Approx(-(log_p[0][0].item<double>() + 3 * log_p[1][2].item<double>()) / 4));
}

TEST_CASE("The loss of bfloat16 logits is computed in float32") {
  const torch::Tensor loss =
      vit::cross_entropy(torch::zeros({2, 4}, torch::kBFloat16), torch::tensor({0, 1}));
  CHECK(loss.scalar_type() == torch::kFloat32);
  CHECK(loss.item<double>() == Approx(std::log(4.0)));
}

TEST_CASE("Shapes that do not fit are refused") {
  CHECK_THROWS_WITH(vit::cross_entropy(torch::zeros({2, 3}), torch::tensor({0})),
                    Catch::Contains("expected logits [B, K]"));
}
