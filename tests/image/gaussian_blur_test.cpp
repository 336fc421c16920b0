#include "vit/image/gaussian_blur.h"

#include <numeric>

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

// Parity with Pillow: augment/named_op_test.

TEST_CASE("radius 0 and pictures of one colour stay as they are") {
  CHECK(gaussian_blur(noise(9, 5), 0) == noise(9, 5));
  Image plain(200, 3);
  for (auto& sample : plain.pixels) sample = 77;
  CHECK(gaussian_blur(plain, 5) == plain);
}

TEST_CASE("a point becomes a spot of the same mass and the given deviation") {
  Image point(61, 1, 1);
  point.pixels[30] = 255;
  const Image spot = gaussian_blur(point, 4);
  double mass = 0, variance = 0;
  for (int x = 0; x < 61; ++x) {
    mass += spot.pixels[static_cast<std::size_t>(x)];
    variance += spot.pixels[static_cast<std::size_t>(x)] * (x - 30.0) * (x - 30.0);
  }
  CHECK(mass == Approx(255).margin(15));  // each of 30 samples is rounded
  CHECK(variance / mass == Approx(16).epsilon(0.25));
}

TEST_CASE("a radius larger than the picture is no harm") {
  const Image blurred = gaussian_blur(noise(3, 2), 40);
  CHECK((blurred.width == 3 && blurred.height == 2));
}

TEST_CASE("an impossible radius is an error") {
  CHECK(error_of([] { (void)gaussian_blur(noise(3, 3), -1); }));
  CHECK(error_of([] { (void)gaussian_blur(noise(3, 3), 1e9); }));
}
