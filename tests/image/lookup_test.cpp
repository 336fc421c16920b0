#include "vit/image/lookup.h"

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

// Parity with Pillow: augment/named_op_test.

TEST_CASE("known values, worked out by hand") {
  CHECK(invert(grey(2, 1, {0, 200})) == grey(2, 1, {255, 55}));
  CHECK(solarize(grey(3, 1, {127, 128, 255}), 128) == grey(3, 1, {127, 127, 0}));
  CHECK(solarize(grey(2, 1, {0, 255}), 256) == grey(2, 1, {0, 255}));
  CHECK(solarize_add(grey(3, 1, {0, 100, 200}), 110) == grey(3, 1, {110, 210, 200}));
  CHECK(posterize(grey(2, 1, {0b11111111, 0b00101111}), 3) == grey(2, 1, {0b11100000, 0b00100000}));
  CHECK(posterize(grey(1, 1, {200}), 0) == grey(1, 1, {0}));
  CHECK(posterize(grey(1, 1, {201}), 8) == grey(1, 1, {201}));
  CHECK(autocontrast(grey(3, 1, {10, 20, 30})) == grey(3, 1, {0, 127, 255}));
  CHECK(adjust_gamma(grey(3, 1, {0, 64, 255}), 2) == grey(3, 1, {0, 16, 255}));
}

TEST_CASE("a picture of one level is left alone") {
  const Image plain = grey(3, 2, {9, 9, 9, 9, 9, 9});
  CHECK(autocontrast(plain) == plain);
  CHECK(equalize(plain) == plain);
}

TEST_CASE("equalizing an even histogram changes little") {
  Image even(256, 4, 1);
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 256; ++x) even.row(y)[x] = static_cast<std::uint8_t>(x);
  CHECK(difference(equalize(even), even) <= 1);
}
