#include "vit/image/affine_smooth.h"

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

// Parity with Pillow: augment/named_op_test.

TEST_CASE("several pixels at a time are moved as on any processor, every bit") {
  const AffineMatrix matrices[] = {
      {1, 0, 0, 0, 1, 0},           {1, 0.3, 0, 0, 1, 0},         {1, 0, 0, -0.3, 1, 0},
      {1, 0, 4, 0, 1, 0},           {1, 0, -2.4, 0, 1, 1.7},      {1, 0, 0, 0, 1, 3},
      {0.9, 0.4, -3, -0.4, 0.9, 5}, {1e6, 0, 0, 0, 1e6, 0},       {-1, 0, 20, 0, -1, 9},
      {0, 1, 0, 1, 0, 0},           {0.01, 0, 0.2, 0, 0.01, 0.3}, {1, 0, 1e6, 0, 1, -1e6}};
  for (const auto& [width, height] : {std::pair{1, 1}, {2, 3}, {7, 5}, {8, 8}, {31, 18}})
    for (const int channels : {1, 3, 4})
      for (const AffineMatrix& matrix : matrices) {
        CAPTURE(width, height, channels, matrix[0], matrix[1], matrix[2], matrix[3]);
        const Image image = noise(width, height, channels), start = noise(width, height, channels);
        Image a = start, b = start;
        transform_bilinear(image, matrix, a);
        transform_bilinear_portable(image, matrix, b);
        CHECK(a == b);
        a = b = start;
        transform_bicubic(image, matrix, a);
        transform_bicubic_portable(image, matrix, b);
        CHECK(a == b);
      }
}

TEST_CASE("pixels that come from outside stay as they are") {
  Image to = grey(3, 1, {1, 2, 3});
  transform_bicubic(grey(3, 1, {50, 60, 70}), {1, 0, 2, 0, 1, 0}, to);
  CHECK(to == grey(3, 1, {70, 2, 3}));
}
