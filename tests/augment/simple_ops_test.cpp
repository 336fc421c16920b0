#include "vit/augment/simple_ops.h"

#include <array>

#include "tests/augment/support.h"
#include "vit/image/enhance.h"
#include "vit/image/geometry.h"
#include "vit/image/sample_geometry.h"

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

TEST_CASE("pictures are mirrored as often as p says") {
  for (const double p : {0.0, 0.3, 0.5, 1.0}) {
    HorizontalFlip flip;
    flip.p = p;
    CHECK(plausible(count_changed(10000, flip, noisy_sample(3, 2)), 10000, p));
  }
}

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

TEST_CASE("a picture becomes its luma in three channels, as often as p says") {
  Grayscale op;
  op.p = 0.3;
  const Sample colour = noisy_sample(6, 5);
  const std::int64_t greys = count_augmented(
      2000, op, colour, [&](const Image& image) { return image == to_grey(colour.image); });
  CHECK(plausible(greys, 2000, 0.3));
  CHECK(greys == count_changed(2000, op, colour));
}

namespace {

/// All 256 levels, each in three channels.
Sample ramp() {
  Sample sample;
  sample.image = Image(256, 1);
  for (std::size_t i = 0; i < sample.image.pixels.size(); ++i)
    sample.image.pixels[i] = static_cast<std::uint8_t>(i / 3);
  return sample;
}

}  // namespace

TEST_CASE("levels from the threshold on are inverted, the others stay") {
  for (const int threshold : {0, 1, 128, 255, 256}) {
    CAPTURE(threshold);
    Solarize op;
    op.p = 1;
    op.threshold = threshold;
    const Image image = augmented(op, ramp()).image;
    for (int level = 0; level < 256; ++level)
      CHECK(int{image.pixel(level, 0)[1]} == (level < threshold ? level : 255 - level));
  }
}

TEST_CASE("pictures are solarised as often as p says") {
  for (const double p : {0.0, 0.2, 1.0}) {
    Solarize op;
    op.p = p;
    CHECK(plausible(count_changed(5000, op, ramp()), 5000, p));
  }
}
