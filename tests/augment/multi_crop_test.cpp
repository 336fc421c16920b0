#include "vit/augment/multi_crop.h"

#include "tests/augment/support.h"
#include "vit/core/error.h"

using namespace vit;
using namespace vit::test;

namespace {

MultiCropOptions small() {
  MultiCropOptions options;
  options.global = {2, {16, 16}, {0.4, 1.0}};
  options.local = {3, {8, 8}, {0.05, 0.4}};
  return options;
}

std::vector<float> view(const MultiCrop& crops, std::int64_t index, std::size_t i) {
  const Size2 size = crops.preprocessing(i).img_size;
  std::vector<float> out(static_cast<std::size_t>(3 * size.height * size.width));
  crops.apply(noisy_sample(40, 30), 0, index, i, out.data());
  return out;
}

}  // namespace

TEST_CASE("global views come first, each kind in its own size") {
  const MultiCrop crops(small(), square_input(16), 1);
  REQUIRE(crops.views() == 5);
  CHECK(crops.preprocessing(1).img_size == Size2{16, 16});
  CHECK(crops.preprocessing(2).img_size == Size2{8, 8});
}

TEST_CASE("views differ from one another, and are the same when asked for again") {
  const MultiCrop crops(small(), square_input(16), 1);
  CHECK(view(crops, 3, 0) == view(crops, 3, 0));
  CHECK(view(crops, 3, 0) != view(crops, 3, 1));
  CHECK(view(crops, 3, 2) != view(crops, 3, 4));
  CHECK(view(crops, 3, 2) != view(crops, 4, 2));
}

TEST_CASE("a scale that is no interval is an error") {
  MultiCropOptions options = small();
  options.local.scale = {0.5};
  CHECK_THROWS_AS(MultiCrop(options, square_input(16), 1), Error);
}
