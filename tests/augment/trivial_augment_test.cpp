#include "vit/augment/trivial_augment.h"

#include <algorithm>

#include "tests/augment/support.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("each of the 14 operations is drawn as often, at each of 31 magnitudes as often") {
  Sample original = noisy_sample(24, 20);
  for (auto& value : original.image.pixels) value = static_cast<std::uint8_t>(40 + value / 2);
  // What leaves such a picture as it is: identity; nine operations at magnitude 0; posterising by
  // round(6 i / 30) = 0 bits, i below 3; solarising from 255 - 8.5 i, above the picture's 167 for i
  // below 11. AutoContrast and Equalize never do.
  const double unchanged = (1 + 9 / 31.0 + 3 / 31.0 + 11 / 31.0) / 14;
  CHECK(plausible(count_changed(10000, TrivialAugment(), original), 10000, 1 - unchanged));
}

TEST_CASE("with two magnitudes, all or nothing is done") {
  TrivialAugment op;
  op.bins = 2;
  Sample black = noisy_sample(9, 9);
  std::fill(black.image.pixels.begin(), black.image.pixels.end(), std::uint8_t{0});
  // Of black, only solarising from 0 on makes white.
  const std::int64_t white =
      count_augmented(5000, op, black, [](const Image& image) { return image.pixels[0] == 255; });
  CHECK(plausible(white, 5000, 1.0 / 14 / 2));
}

TEST_CASE("what comes from outside has the fill colour: one value, or one for each channel") {
  Sample bright = noisy_sample(20, 20);
  std::fill(bright.image.pixels.begin(), bright.image.pixels.end(), std::uint8_t{200});
  const auto corners = [&](const std::vector<std::int64_t>& fill, const Colour& colour) {
    TrivialAugment op;
    op.fill = fill;
    return count_augmented(2000, op, bright, [&](const Image& image) {
      for (const auto& [x, y] : {std::pair{0, 0}, {19, 0}, {0, 19}, {19, 19}})
        if (std::equal(colour.begin(), colour.begin() + 3, image.pixel(x, y))) return true;
      return false;
    });
  };
  // Five operations of 14 move pixels, and a corner with them unless the magnitude is small.
  CHECK(corners({9, 8, 7}, {9, 8, 7}) > 2000 / 14 * 4);
  CHECK(corners({9}, {9, 9, 9}) > 2000 / 14 * 4);
  CHECK(corners({9, 8, 7}, {7, 8, 9}) == 0);
}
