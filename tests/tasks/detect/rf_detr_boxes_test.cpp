#include "vit/tasks/detect/rf_detr_boxes.h"

#include <torch/types.h>

#include <cmath>
#include <numbers>

#include "tests/catch.h"

TEST_CASE("Deltas of 0 leave a box, others move it by parts of its sides") {
  const torch::Tensor box = torch::tensor({{0.5F, 0.4F, 0.2F, 0.1F}});
  CHECK(torch::equal(vit::refined_boxes(box, torch::zeros({1, 4})), box));
  const torch::Tensor moved =
      vit::refined_boxes(box, torch::tensor({{1.F, -2.F, std::log(2.F), 0.F}}));
  CHECK(torch::allclose(moved, torch::tensor({{0.7F, 0.2F, 0.4F, 0.1F}})));
}

TEST_CASE("Cells have boxes in their middle, but at the border of large grids") {
  const vit::CellBoxes cells = vit::cell_boxes({2, 4});
  CHECK(!cells.invalid.defined());
  CHECK(torch::allclose(cells.boxes[5], torch::tensor({0.375F, 0.75F, 0.05F, 0.05F})));
  const vit::CellBoxes many = vit::cell_boxes({2, 60});
  REQUIRE(many.invalid.defined());
  CHECK(many.invalid.sum().item<std::int64_t>() == 4);  // both ends of both rows
  CHECK(many.invalid[59].item<bool>());
  CHECK(many.boxes[59].abs().sum().item<float>() == 0);
}

TEST_CASE("A box is encoded by sine and cosine of y, x, w and h") {
  const torch::Tensor box = torch::tensor({0.1F, 0.2F, 0.3F, 0.4F});
  const torch::Tensor code = vit::box_encoding(box, 4);
  REQUIRE(code.sizes() == torch::IntArrayRef({16}));
  const std::vector<double> order{0.2, 0.1, 0.3, 0.4};
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t k = 0; k < 2; ++k) {
      const double angle = 2 * std::numbers::pi * order[static_cast<std::size_t>(i)] /
                           std::pow(10000.0, static_cast<double>(k) / 2);
      CHECK(code[4 * i + 2 * k].item<double>() == Approx(std::sin(angle)).margin(1e-6));
      CHECK(code[4 * i + 2 * k + 1].item<double>() == Approx(std::cos(angle)).margin(1e-6));
    }
}
