#include "vit/tasks/detect/rf_detr_deformable.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"

using vit::test::random_tensor;

namespace {

/// The value of a map [h, w] at a point, by hand: 0 outside of it.
double value_at(const torch::Tensor& map, double x, double y) {
  const double column = x * static_cast<double>(map.size(1)) - 0.5;
  const double row = y * static_cast<double>(map.size(0)) - 0.5;
  double sum = 0;
  for (const double i : {std::floor(row), std::floor(row) + 1})
    for (const double j : {std::floor(column), std::floor(column) + 1}) {
      const auto r = static_cast<std::int64_t>(i), c = static_cast<std::int64_t>(j);
      if (r < 0 || c < 0 || r >= map.size(0) || c >= map.size(1)) continue;
      sum += (1 - std::abs(row - i)) * (1 - std::abs(column - j)) * map[r][c].item<double>();
    }
  return sum;
}

}  // namespace

TEST_CASE("What is seen at points is interpolated, weighed and summed, and 0 outside of the map") {
  const torch::Tensor values = random_tensor({2, 3, 2, 4, 5});
  const torch::Tensor points = random_tensor({2, 6, 3, 2, 2}, 5) * 0.5 + 0.5;  // some outside
  const torch::Tensor weights = random_tensor({2, 6, 3, 2}, 6).softmax(-1);
  const torch::Tensor seen = vit::deformable_attend(values, points, weights);
  REQUIRE(seen.sizes() == torch::IntArrayRef({2, 6, 6}));
  for (std::int64_t b = 0; b < 2; ++b)
    for (std::int64_t q = 0; q < 6; ++q)
      for (std::int64_t h = 0; h < 3; ++h)
        for (std::int64_t d = 0; d < 2; ++d) {
          double expected = 0;
          for (std::int64_t p = 0; p < 2; ++p)
            expected += weights[b][q][h][p].item<double>() *
                        value_at(values[b][h][d], points[b][q][h][p][0].item<double>(),
                                 points[b][q][h][p][1].item<double>());
          CHECK(seen[b][q][2 * h + d].item<double>() == Approx(expected).margin(1e-5));
        }
}

TEST_CASE("Points start around the box, in a direction for each head") {
  const torch::Tensor offsets = vit::compass_offsets(4, 2).view({4, 2, 2});
  const torch::Tensor first = torch::tensor({{1.F, 0.F}, {0.F, 1.F}, {-1.F, 0.F}, {0.F, -1.F}});
  CHECK(torch::allclose(offsets.select(1, 0), first, 0, 1e-6));
  CHECK(torch::allclose(offsets.select(1, 1), 2 * first, 0, 1e-6));
}

TEST_CASE("Every weight of the attention to points learns, and other shapes are refused") {
  vit::DeformableAttention attention(vit::DeformableAttentionOptions{8, 4, 2});
  vit::test::randomize(attention);
  const torch::Tensor boxes = torch::full({2, 5, 4}, 0.4);
  const torch::Tensor out =
      attention(random_tensor({2, 5, 8}), boxes, random_tensor({2, 12, 8}, 7), vit::Size2{3, 4});
  CHECK(out.sizes() == torch::IntArrayRef({2, 5, 8}));
  CHECK(vit::test::without_gradient(attention, out).empty());
  CHECK_THROWS_WITH(
      attention(random_tensor({2, 5, 8}), boxes, random_tensor({2, 12, 8}), vit::Size2{3, 5}),
      Catch::Contains("memory [B, 3 x 5, 8]"));
}
