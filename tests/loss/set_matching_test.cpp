#include "vit/loss/set_matching.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <limits>

#include "tests/catch.h"

TEST_CASE("The sum of the parts decides who answers for which object") {
  // By `class` alone query 0 would take object 0.
  const vit::CostParts costs = {
      {"class", torch::tensor({{-0.9f, -0.1f}, {-0.8f, -0.1f}, {-0.1f, -0.2f}})},
      {"l1", torch::tensor({{3.0f, 3.0f}, {0.5f, 2.0f}, {2.0f, 0.1f}})}};
  const vit::SetMatching found = vit::match_sets(costs);
  CHECK(torch::equal(found.queries, torch::tensor({1, 2})));
  CHECK(torch::equal(found.objects, torch::tensor({0, 1})));
}

TEST_CASE("Each group of queries answers for all objects") {
  const torch::Tensor group = torch::tensor({{1.0f, 0.0f}, {0.0f, 1.0f}, {9.0f, 9.0f}});
  const vit::SetMatching found =
      vit::match_sets({{"class", torch::cat({group, group.flip(0)})}}, 2);
  CHECK(torch::equal(found.queries, torch::tensor({0, 1, 4, 5})));
  CHECK(torch::equal(found.objects, torch::tensor({1, 0, 0, 1})));
}

TEST_CASE("Costs that are no numbers come last, and an image without objects has no pairs") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const vit::SetMatching found = vit::match_sets(
      {{"class", torch::tensor({{nan}, {5.0f}, {-std::numeric_limits<float>::infinity()}})}});
  CHECK(torch::equal(found.queries, torch::tensor({1})));
  const vit::SetMatching none = vit::match_sets({{"class", torch::empty({3, 0})}});
  CHECK(none.queries.sizes() == torch::IntArrayRef({0}));
  CHECK(none.objects.scalar_type() == torch::kInt64);
}

TEST_CASE("Boxes cost their distance and minus their GIoU; losses are those of the pairs, summed") {
  const torch::Tensor queries = torch::tensor({{0.5f, 0.5f, 0.2f, 0.2f}, {0.2f, 0.2f, 0.2f, 0.2f}});
  const torch::Tensor objects = torch::tensor({{0.5f, 0.5f, 0.2f, 0.2f}});
  const vit::CostParts costs = vit::box_costs(queries, objects, 5, 2);
  REQUIRE(costs.size() == 2);
  CHECK(costs[0].first == "l1");
  CHECK(costs[0].second[1][0].item<double>() == Approx(5 * 0.6));
  CHECK(costs[1].second[0][0].item<double>() == Approx(-2));
  // Two boxes of 0.04 in an enclosing one of 0.25.
  CHECK(costs[1].second[1][0].item<double>() == Approx(2 * 0.17 / 0.25).epsilon(1e-5));
  const vit::BoxLosses losses = vit::box_losses(queries, objects.expand({2, 4}));
  CHECK(losses.l1.item<double>() == Approx(0.6));
  CHECK(losses.giou.item<double>() == Approx(1 + 0.17 / 0.25).epsilon(1e-5));
}
