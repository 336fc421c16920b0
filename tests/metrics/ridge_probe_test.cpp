#include "vit/metrics/ridge_probe.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "vit/core/error.h"

namespace {

/// Points around a centre of their class, in the order of the classes over and over.
struct Points {
  explicit Points(double spread) {
    torch::manual_seed(3);
    labels = torch::arange(60).remainder(3);
    const torch::Tensor centres = torch::tensor({{5.0, 5.0}, {6.0, 5.0}, {5.0, 6.0}});
    features = centres.index_select(0, labels) + spread * torch::randn({60, 2}, torch::kFloat64);
  }
  torch::Tensor features, labels;
};

}  // namespace

TEST_CASE("Classes that a plane parts are told apart, wherever the features lie") {
  const Points points(0.05);
  CHECK(vit::ridge_probe(points.features, points.labels, 3).equal(points.labels));
  CHECK(vit::ridge_probe(points.features + 1000, points.labels, 3).equal(points.labels));
  CHECK(vit::ridge_probe(points.features * 1e-3, points.labels, 3).equal(points.labels));
}

TEST_CASE("A sample's own label has no say in what is guessed of it") {
  const Points points(0.05);
  torch::Tensor wrong = points.labels.clone();
  wrong[7] = (wrong[7] + 1) % 3;
  CHECK(vit::ridge_probe(points.features, wrong, 3)[7].item<std::int64_t>() ==
        points.labels[7].item<std::int64_t>());
}

TEST_CASE("A probe needs a sample in each fold") {
  CHECK_THROWS_AS(vit::ridge_probe(torch::zeros({4, 2}), torch::zeros({4}, torch::kInt64), 3),
                  vit::Error);
}
