#include "vit/augment/rot90.h"

#include <array>

#include "tests/augment/support.h"
#include "vit/image/geometry.h"
#include "vit/image/sample_geometry.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("each of the four positions is as likely") {
  Sample sample;
  sample.image = Image(2, 2);
  for (std::size_t i = 0; i < 4; ++i) sample.image.pixels[3 * i] = static_cast<std::uint8_t>(i);
  const Rot90 op;
  for (const std::array<int, 4> positions : {std::array{0, 1, 2, 3}, std::array{1, 3, 0, 2},
                                             std::array{3, 2, 1, 0}, std::array{2, 0, 3, 1}}) {
    const auto count = count_augmented(2000, op, sample, [&](const Image& image) {
      for (std::size_t i = 0; i < 4; ++i)
        if (image.pixels[3 * i] != positions[i]) return false;
      return true;
    });
    CHECK(plausible(count, 2000, 0.25));
  }
}

TEST_CASE("quarters are counter-clockwise, and keep every pixel, box and class") {
  Sample sample = noisy_sample(6, 4);
  sample.boxes = {{4, 1, 6, 2, 7}};
  *sample.mask.pixel(5, 1) = 3;
  start_placement(sample);
  Sample turned = sample;
  rot90_sample(turned, 1);
  REQUIRE((turned.image.width == 4 && turned.image.height == 6));
  CHECK(turned.image == vflip(transpose(sample.image)));
  CHECK(*turned.mask.pixel(1, 0) == 3);
  REQUIRE(turned.boxes.size() == 1);
  CHECK(turned.boxes[0].x0 == 1);
  CHECK(turned.boxes[0].y0 == 0);
  CHECK(turned.boxes[0].x1 == 2);
  CHECK(turned.boxes[0].y1 == 2);
  const Box back = turned.placement.to_original(turned.boxes[0]);
  CHECK(back.x0 == 4);
  CHECK(back.y1 == 2);
  rot90_sample(turned, 3);
  CHECK(turned.image == sample.image);
  CHECK(turned.placement == sample.placement);
  rot90_sample(turned, 2);
  CHECK(turned.image == hflip(vflip(sample.image)));
  rot90_sample(turned, 2);
  rot90_sample(turned, 0);
  CHECK(turned.image == sample.image);
  CHECK(turned.mask == sample.mask);
}
