#include "vit/image/lookup.h"

#include <algorithm>
#include <vector>

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

namespace {

/// `count` tables that are no two alike.
std::vector<LookupTable> tables(std::size_t count) {
  std::vector<LookupTable> result(count);
  for (std::size_t t = 0; t < count; ++t)
    for (std::size_t i = 0; i < 256; ++i)
      result[t][i] = static_cast<std::uint8_t>((31 * t + 7) * i + 5 * t);
  return result;
}

}  // namespace

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

TEST_CASE("every sample is looked up in the table of its channel") {
  const std::vector<std::uint8_t> from{0, 1, 2, 255, 254, 253};
  const auto three = tables(3);
  std::vector<std::uint8_t> to(6);
  look_up_samples(from, three, to.data());
  for (std::size_t i = 0; i < 6; ++i) CHECK(to[i] == three[i % 3][from[i]]);
}

TEST_CASE("many samples at a time are looked up as one by one, for every length") {
  for (const std::size_t channels : {1U, 2U, 3U, 4U})
    for (const int pixels : {1, 20, 21, 22, 64, 65, 500}) {
      CAPTURE(channels, pixels);
      const Image image = noise(pixels, 1, static_cast<int>(channels));
      for (const auto& used : {tables(1), tables(channels)}) {
        std::vector<std::uint8_t> a(image.pixels.size() + 1, 77), b = a;
        look_up_samples(image.pixels, used, a.data());
        look_up_samples_portable(image.pixels, used, b.data());
        CHECK(a == b);
        CHECK(a.back() == 77);  // nothing is written behind the end
      }
    }
}
