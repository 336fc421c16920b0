#include "vit/tasks/detect/mask_in_file.h"

#include <ATen/ops/upsample_bilinear2d.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"

namespace {

vit::Image painted_mask(const vit::RunLengths& runs, int width, int height) {
  vit::Image mask(width, height, 1);
  vit::paint_runs(mask, runs, 1, "test");
  return mask;
}

/// An image of this size, scaled to `input` pixels.
vit::Placement scaled_from(int width, int height, vit::Size2 input) {
  vit::Placement placement;
  placement.original = {height, width};
  placement.resize({0, 0, static_cast<float>(width), static_cast<float>(height)},
                   static_cast<double>(input.width), static_cast<double>(input.height));
  return placement;
}

}  // namespace

TEST_CASE("Where the whole image was scaled, masks are enlarged as torch enlarges them") {
  const vit::Size2 grid{6, 8}, input{24, 32};
  for (const std::uint64_t seed : {1, 2, 3}) {
    const torch::Tensor logits = vit::test::random_tensor({1, 1, 6, 8}, seed) - 0.5;
    for (const auto& [width, height] : {std::pair(32, 24), std::pair(75, 41), std::pair(13, 9)}) {
      INFO(seed << ": " << width << " x " << height);
      const vit::Image found =
          painted_mask(vit::mask_in_file({logits.const_data_ptr<float>(), grid, input},
                                         scaled_from(width, height, input)),
                       width, height);
      const torch::Tensor expected = at::upsample_bilinear2d(logits, {height, width}, false)[0][0];
      std::int64_t different = 0;
      for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
          const auto value = expected[y][x].item<float>();
          different += std::abs(value) > 1e-5 && (*found.pixel(x, y) == 1) != (value > 0) ? 1 : 0;
        }
      CHECK(different == 0);
    }
  }
}

TEST_CASE("A mask goes back to the pixels of a file that EXIF turns, and not beyond the input") {
  const vit::Size2 grid{8, 8}, input{16, 16};
  torch::Tensor logits = torch::full({8, 8}, -1.F);
  logits.narrow(0, 0, 2).fill_(1);  // the upper quarter of the upright image
  vit::Placement placement;
  placement.original = {20, 40};
  placement.orient(6, 40, 20);  // now 20 wide and 40 high; what was on the left is above
  placement.resize({0, 0, 20, 40}, 16, 16);
  const vit::Image found = painted_mask(
      vit::mask_in_file({logits.const_data_ptr<float>(), grid, input}, placement), 40, 20);
  for (int x = 0; x < 40; ++x) CHECK(static_cast<int>(*found.pixel(x, 7)) == (x < 10 ? 1 : 0));
  // The right half of a file was cut off.
  vit::Placement left = scaled_from(40, 20, input);
  left.resize({0, 0, 8, 16}, 16, 16);
  logits.fill_(1);
  const vit::Image half =
      painted_mask(vit::mask_in_file({logits.const_data_ptr<float>(), grid, input}, left), 40, 20);
  CHECK(static_cast<int>(*half.pixel(19, 10)) == 1);
  CHECK(static_cast<int>(*half.pixel(20, 10)) == 0);
}

TEST_CASE("Nothing above 0 is a mask of nothing, and without a file's size it is the input's") {
  const torch::Tensor logits = torch::full({2, 2}, -1.F);
  CHECK(vit::mask_in_file({logits.const_data_ptr<float>(), {2, 2}, {4, 6}}, {}) ==
        vit::RunLengths{24});
  const torch::Tensor all = torch::ones({2, 2});
  CHECK(vit::mask_in_file({all.const_data_ptr<float>(), {2, 2}, {4, 6}}, {}) ==
        vit::RunLengths{0, 24});
}
