#include "vit/image/affine.h"

#include "tests/image/fixtures.h"
#include "vit/image/geometry.h"

using namespace vit;
using namespace vit::test;

namespace {

constexpr AffineMatrix kIdentity{1, 0, 0, 0, 1, 0};
constexpr Colour kFill{7, 8, 9, 10};

}  // namespace

TEST_CASE("the identity keeps every pixel under each filter") {
  for (const int channels : {1, 3, 4}) {
    const Image image = noise(13, 9, channels);
    for (const Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic})
      CHECK(transform_affine(image, kIdentity, filter, kFill) == image);
  }
}

TEST_CASE("a shift by whole pixels moves them and fills what comes from outside") {
  const Image image = noise(13, 9);
  for (const Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic})
    CHECK(transform_affine(image, {1, 0, 4, 0, 1, -2}, filter, kFill) ==
          crop(image, 4, -2, 13, 9, {PadMode::constant, kFill}));
}

TEST_CASE("bilinear weighs neighbours by distance, and cuts to whole numbers") {
  const Image image = grey(2, 1, {10, 21});
  const Image moved = transform_affine(image, {1, 0, 0.25, 0, 1, 0}, Filter::bilinear, {});
  CHECK(moved == grey(2, 1, {12, 21}));  // 12.75, and the border repeated
}

TEST_CASE("quarter turns move pixels exactly, counter-clockwise") {
  const Image image = grey(2, 2, {1, 2, 3, 4});
  CHECK(rotate(image, 90, Filter::bicubic, {}) == grey(2, 2, {2, 4, 1, 3}));
  CHECK(rotate(image, -90, Filter::bicubic, {}) == grey(2, 2, {3, 1, 4, 2}));
  CHECK(rotate(image, 180, Filter::bicubic, {}) == grey(2, 2, {4, 3, 2, 1}));
  CHECK(rotate(image, 360, Filter::bicubic, {}) == image);
}

TEST_CASE("a filter that the transform does not have, and a wild matrix, are errors") {
  const auto error =
      error_of([] { (void)transform_affine(noise(4, 4), kIdentity, Filter::lanczos, {}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(error_of([] {
    (void)transform_affine(noise(4, 4), {1e9, 0, 0, 0, 1, 0}, Filter::nearest, {});
  }));
}
