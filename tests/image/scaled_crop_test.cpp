#include "vit/image/scaled_crop.h"

#include "tests/image/fixtures.h"
#include "vit/image/geometry.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("a scaled crop is the crop of the scaled image, within it and beyond") {
  const Image image = noise(40, 30);
  const Image scaled = resize(image, 25, 44, Filter::bicubic);
  for (const PixelBox part :
       {PixelBox{3, 5, 10, 20}, PixelBox{0, 0, 25, 44}, PixelBox{-4, 8, 60, 10},
        PixelBox{20, 40, 10, 10}, PixelBox{-2, -3, 8, 7}, PixelBox{0, 0, 26, 45}}) {
    CAPTURE(part.left, part.top, part.width, part.height);
    const Colour fill{9, 8, 7};
    CHECK(scaled_crop(image, {25, 44, part}, Filter::bicubic, fill) ==
          crop(scaled, part.left, part.top, part.width, part.height, {PadMode::constant, fill}));
  }
}

TEST_CASE("without a change of size pixels stay as they are") {
  const Image image = noise(12, 9);
  CHECK(scaled_crop(image, {12, 9, {2, 3, 12, 4}}, Filter::lanczos, {}) ==
        crop(image, 2, 3, 12, 4));
}
