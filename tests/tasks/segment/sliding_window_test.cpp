#include "vit/tasks/segment/sliding_window.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using vit::PixelBox, vit::Size2, vit::sliding_windows;

TEST_CASE("Windows are a stride apart, and the last one ends where the image does") {
  const auto windows = sliding_windows(Size2{10, 25}, Size2{10, 10}, Size2{8, 8});
  CHECK((windows == std::vector<PixelBox>{{0, 0, 10, 10}, {8, 0, 10, 10}, {15, 0, 10, 10}}));
  const auto tall = sliding_windows(Size2{17, 10}, Size2{10, 10}, Size2{7, 7});
  CHECK(
      (tall == std::vector<PixelBox>{{0, 0, 10, 10}, {0, 7, 10, 10}}));  // no third one at 7 again
}

TEST_CASE("There are ceil((length - crop) / stride) + 1 windows, and they leave no pixel out") {
  for (int length = 1; length < 40; ++length)
    for (int crop = 1; crop < 14; ++crop)
      for (int stride = 1; stride <= crop; ++stride) {
        const auto windows = sliding_windows(Size2{1, length}, Size2{1, crop}, Size2{1, stride});
        const int beyond = std::max(0, length - crop);
        REQUIRE(windows.size() == static_cast<std::size_t>((beyond + stride - 1) / stride + 1));
        int seen = 0;  // pixels from the left that lie in some window
        for (const PixelBox& window : windows) {
          REQUIRE(window.left <= seen);
          REQUIRE(window.width == std::min(crop, length));
          seen = window.left + window.width;
        }
        REQUIRE(seen == length);
      }
}

TEST_CASE("An image that is smaller than the window has one, as large as itself") {
  const auto windows = sliding_windows(Size2{6, 25}, Size2{10, 30}, Size2{5, 5});
  CHECK((windows == std::vector<PixelBox>{{0, 0, 25, 6}}));
}

TEST_CASE("Windows that would leave pixels out are refused") {
  for (const std::int64_t stride : {0, 11}) {
    const auto error = vit::test::error_of([&] {
      (void)sliding_windows(Size2{40, 40}, Size2{10, 10}, Size2{10, stride});
    });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
  }
}
