#include <algorithm>

#include "tests/image/fixtures.h"
#include "vit/image/enhance.h"

using namespace vit;
using namespace vit::test;

// Parity with Pillow: augment/named_op_test.

TEST_CASE("a third of a turn makes red green, and green blue") {
  Image image(1, 1);
  for (const std::size_t channel : {0U, 1U, 2U}) {
    image.pixels = {0, 0, 0};
    image.pixels[channel] = 200;
    Image turned(1, 1);
    turned.pixels = {0, 0, 0};
    turned.pixels[(channel + 1) % 3] = 200;
    CHECK(adjust_hue(image, 85.5 / 255) == turned);
  }
}

TEST_CASE("no turn changes a pixel's largest level, or a grey") {
  const Image image = noise(40, 30);
  for (const double shift : {-0.5, -0.2, 0.0, 0.01, 0.37, 0.5}) {
    CAPTURE(shift);
    const Image turned = adjust_hue(image, shift);
    for (std::size_t i = 0; i < image.pixels.size(); i += 3)
      REQUIRE(std::max({turned.pixels[i], turned.pixels[i + 1], turned.pixels[i + 2]}) ==
              std::max({image.pixels[i], image.pixels[i + 1], image.pixels[i + 2]}));
    const Image grey_image = to_grey(image);
    CHECK(adjust_hue(grey_image, shift) == grey_image);
  }
}
