#include "vit/image/enhance.h"

#include <algorithm>

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

// Parity with Pillow: augment/named_op_test.

namespace {

Image one(std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  Image image(1, 1);
  image.pixels = {r, g, b};
  return image;
}

}  // namespace

TEST_CASE("factor 1 is the picture, factor 0 the degenerate one") {
  const Image image = noise(17, 11);
  for (Image (*adjust)(const Image&, double) :
       {adjust_brightness, adjust_contrast, adjust_saturation, adjust_sharpness})
    CHECK(adjust(image, 1) == image);
  CHECK(adjust_brightness(image, 0) == Image(17, 11));
  CHECK(adjust_saturation(image, 0) == to_grey(image));
}

TEST_CASE("luma weighs red, green and blue as ITU-R 601") {
  CHECK(to_grey(one(255, 0, 0)) == one(76, 76, 76));
  CHECK(to_grey(one(0, 255, 0)) == one(150, 150, 150));
  CHECK(to_grey(one(0, 0, 255)) == one(29, 29, 29));
}

TEST_CASE("beyond 1 the result is clipped") {
  CHECK(adjust_brightness(one(100, 200, 10), 1.9) == one(190, 255, 19));
}

TEST_CASE("the border of a sharpened picture stays, and tiny ones whole") {
  const Image image = noise(9, 7), sharp = adjust_sharpness(image, 2);
  for (int x = 0; x < 9; ++x) CHECK(*sharp.pixel(x, 0) == *image.pixel(x, 0));
  CHECK(adjust_sharpness(noise(2, 2), 2) == noise(2, 2));
}

TEST_CASE("half a turn of the hue makes red cyan; grey has no hue") {
  CHECK(adjust_hue(one(255, 0, 0), 0.5) == one(0, 255, 252));  // 127 of 255 steps: not quite
  CHECK(adjust_hue(one(90, 90, 90), 0.3) == one(90, 90, 90));
}

TEST_CASE("a sharpened picture is the blend with its thirteenths, rounded, at every level") {
  // The middle is all neighbours' sum by 13: from 0 to 13 * 255 / 13.
  for (int sum = 0; sum <= 13 * 255; ++sum) {
    Image image(3, 3, 1);
    int rest = sum;
    image.pixels[4] = static_cast<std::uint8_t>(std::min(rest / 5, 255));
    rest -= 5 * image.pixels[4];
    for (std::size_t i = 0; i < 9; ++i) {
      if (i == 4) continue;
      image.pixels[i] = static_cast<std::uint8_t>(std::min(rest, 255));
      rest -= image.pixels[i];
    }
    const int used = sum - rest;
    CAPTURE(sum);
    CHECK(static_cast<int>(adjust_sharpness(image, 0).pixels[4]) ==
          static_cast<int>(used / 13.0 + 0.5));
  }
}

TEST_CASE("large factors make what differs black or white, and leave what does not") {
  const Image image = noise(40, 3);
  const Image far = blend(Image(40, 3), image, 1e30);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    CHECK(static_cast<int>(far.pixels[i]) == (image.pixels[i] > 0 ? 255 : 0));
}

TEST_CASE("saturation is the blend with grey, whatever the number of pixels") {
  for (const int width : {1, 31, 1024, 1025, 2500}) {
    const Image image = noise(width, 1);
    CHECK(adjust_saturation(image, 1.7) == blend(to_grey(image), image, 1.7));
  }
}
