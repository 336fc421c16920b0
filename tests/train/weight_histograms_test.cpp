#include "vit/train/weight_histograms.h"

#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include <limits>
#include <numeric>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("a histogram counts every finite weight of what learns, and nothing else") {
  torch::nn::Linear layer(4, 2);
  {
    const torch::NoGradGuard no_grad;
    layer->weight.copy_(torch::arange(8).view({2, 4}));
    layer->weight[1][3] = std::numeric_limits<float>::infinity();
    layer->bias.fill_(0.5);
  }
  const auto found = weight_histograms(*layer);
  REQUIRE(found.size() == 2);
  CHECK(found[0].name == "weight");
  CHECK(found[0].min == 0);
  CHECK(found[0].max == 6);
  CHECK(found[0].sum == 21);
  CHECK(found[0].sum_of_squares == 91);
  REQUIRE(found[0].counts.size() == found[0].upper_edges.size());
  CHECK(std::accumulate(found[0].counts.begin(), found[0].counts.end(), 0.0) == 7);
  CHECK(found[0].upper_edges.back() == Approx(6));
  // Equal values are one bin.
  CHECK(found[1].upper_edges == std::vector<double>{0.5});
  CHECK(found[1].counts == std::vector<double>{2});

  layer->weight.set_requires_grad(false);
  CHECK(weight_histograms(*layer).size() == 1);
}
