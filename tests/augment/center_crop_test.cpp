#include "vit/augment/center_crop.h"

#include "tests/augment/support.h"
#include "vit/image/geometry.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("the middle is cut as evaluation cuts it, halves to the even side, with the boxes") {
  CenterCrop op;
  op.size = Size2{8, 9};
  for (const auto& [width, height] : {std::pair{9, 8}, {12, 13}, {14, 10}, {5, 3}, {20, 4}}) {
    CAPTURE(width, height);
    CHECK(augmented(op, noisy_sample(width, height)).image ==
          center_crop(noisy_sample(width, height).image, 9, 8));
  }
  const Sample sample =
      augmented(op, noisy_sample(15, 14));  // the box from (1, 1) loses what is cut: 3 and 3
  REQUIRE(sample.boxes.size() == 1);
  CHECK(sample.boxes[0].x0 == 0);
  CHECK(sample.boxes[0].x1 == 4.5F);
  CHECK(sample.boxes[0].y1 == 4);
}

TEST_CASE("the size is the model's where none is given, and the mask outside is ignored") {
  CenterCrop op;
  op.adapt(square_input(6));
  const Sample sample = augmented(op, noisy_sample(4, 4));
  CHECK(sample.image.width == 6);
  CHECK(static_cast<int>(sample.mask.pixels[0]) == 255);
  CHECK(static_cast<int>(*sample.mask.pixel(3, 3)) == 0);
}
