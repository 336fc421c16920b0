#include "vit/nn/window.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"

TEST_CASE("Windows are squares of the grid, row by row, with zeros beyond its edges") {
  // A grid of 3 rows and 5 columns, whose tokens are their numbers; windows of 2 by 2.
  const torch::Tensor x = torch::arange(1, 16).to(torch::kFloat32).reshape({1, 15, 1});
  const torch::Tensor windows = vit::to_windows(x, {3, 5}, 2);
  CHECK(windows.sizes() == at::IntArrayRef({6, 4, 1}));
  const auto window = [&](int index) {
    const torch::Tensor values = windows[index].flatten().contiguous();
    return std::vector<float>(values.data_ptr<float>(), values.data_ptr<float>() + 4);
  };
  CHECK(window(0) == std::vector<float>{1, 2, 6, 7});
  CHECK(window(1) == std::vector<float>{3, 4, 8, 9});
  CHECK(window(2) == std::vector<float>{5, 0, 10, 0});
  CHECK(window(3) == std::vector<float>{11, 12, 0, 0});
  CHECK(window(5) == std::vector<float>{15, 0, 0, 0});
}

TEST_CASE("The way back from windows leaves out what was added") {
  for (const vit::Size2 grid : {vit::Size2{4, 6}, {3, 5}, {1, 1}, {7, 2}}) {
    const torch::Tensor x = vit::test::random_tensor({3, grid.height * grid.width, 4});
    for (const std::int64_t side : {1, 2, 3, 8})
      CHECK(torch::equal(vit::from_windows(vit::to_windows(x, grid, side), grid, side), x));
  }
}

TEST_CASE("Tokens that are no grid have no windows") {
  CHECK_THROWS_WITH(vit::to_windows(torch::zeros({2, 14, 4}), {3, 5}, 2),
                    Catch::Contains("expected x [B, 3 * 5, D], got [2, 14, 4]"));
}
