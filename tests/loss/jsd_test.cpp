#include "vit/loss/jsd.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "vit/loss/cross_entropy.h"

TEST_CASE("Versions that agree add nothing; versions that differ add their divergence") {
  const torch::Tensor clean = torch::tensor({{2.0f, 0.0f, -1.0f}, {0.0f, 1.0f, 0.5f}});
  const torch::Tensor labels = torch::tensor({0, 1});
  const double plain = vit::cross_entropy(clean, labels, 0.1).item<double>();
  CHECK(vit::jsd_cross_entropy(torch::cat({clean, clean, clean}), labels.repeat({3}))
            .item<double>() == Approx(plain));

  const torch::Tensor other = clean.flip(1);
  const torch::Tensor p = clean.softmax(1), q = other.softmax(1), m = (2 * p + q) / 3;
  const auto divergence = [&](const torch::Tensor& from) {
    return (from * (from.log() - m.log())).sum().item<double>() / 2;
  };
  CHECK(vit::jsd_cross_entropy(torch::cat({clean, clean, other}), labels.repeat({3}))
            .item<double>() == Approx(plain + 12 * (2 * divergence(p) + divergence(q)) / 3));
}

TEST_CASE("A batch that is no whole number of versions is refused") {
  CHECK_THROWS_WITH(vit::jsd_cross_entropy(torch::zeros({4, 2}), torch::zeros({4}, torch::kInt64)),
                    Catch::Contains("3 versions"));
}
