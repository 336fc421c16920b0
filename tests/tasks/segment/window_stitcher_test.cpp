#include "vit/tasks/segment/window_stitcher.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"
#include "vit/tasks/segment/sliding_window.h"

TEST_CASE("Windows cut from an image and stitched together are the image") {
  const torch::Tensor image = vit::test::random_tensor({2, 3, 17, 25});
  vit::WindowStitcher stitcher({17, 25});
  for (const vit::PixelBox& box : vit::sliding_windows({17, 25}, {8, 10}, {5, 7}))
    stitcher.add(image.narrow(2, box.top, box.height).narrow(3, box.left, box.width), box);
  CHECK(torch::allclose(stitcher.mean(), image, 1e-6, 1e-6));
}

TEST_CASE("Where windows overlap a pixel gets the mean of their logits") {
  vit::WindowStitcher stitcher({1, 3});
  stitcher.add(torch::full({1, 1, 1, 2}, 1.0), {0, 0, 2, 1});
  stitcher.add(torch::full({1, 1, 1, 2}, 5.0), {1, 0, 2, 1});
  CHECK(torch::equal(stitcher.mean(), torch::tensor({1.0f, 3.0f, 5.0f}).view({1, 1, 1, 3})));
}

TEST_CASE("Of the logits of a padded image what is beyond it is cut off") {
  vit::WindowStitcher stitcher({2, 3});
  const torch::Tensor logits = vit::test::random_tensor({1, 4, 8, 8});
  stitcher.add(logits, {0, 0, 3, 2});
  CHECK(torch::equal(stitcher.mean(), logits.narrow(2, 0, 2).narrow(3, 0, 3)));
}

TEST_CASE("The stitcher refuses windows that do not fit, and images with holes") {
  vit::WindowStitcher stitcher({4, 4});
  const auto kind = [](const auto& action) { return vit::test::error_of(action)->kind(); };
  CHECK(kind([&] { (void)stitcher.mean(); }) == vit::ErrorKind::usage);
  stitcher.add(torch::ones({1, 2, 4, 2}), {0, 0, 2, 4});
  CHECK(kind([&] { (void)stitcher.mean(); }) == vit::ErrorKind::usage);
  CHECK(kind([&] {
          stitcher.add(torch::ones({1, 2, 4, 2}), {3, 0, 2, 4});
        }) == vit::ErrorKind::usage);
  CHECK(kind([&] {
          stitcher.add(torch::ones({1, 2, 3, 2}), {2, 0, 2, 4});
        }) == vit::ErrorKind::usage);
  CHECK(kind([&] {
          stitcher.add(torch::ones({1, 3, 4, 2}), {2, 0, 2, 4});
        }) == vit::ErrorKind::usage);
}
