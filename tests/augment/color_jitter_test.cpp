#include "vit/augment/color_jitter.h"

#include "tests/augment/support.h"
#include "vit/image/enhance.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("brightness alone multiplies by a factor of the interval") {
  ColorJitter jitter;
  jitter.contrast = jitter.saturation = 0;
  jitter.brightness = 0.4;
  Sample plain = noisy_sample(2, 2);
  for (auto& value : plain.image.pixels) value = 100;
  int least = 255, most = 0;
  for (std::uint64_t index = 0; index < 1000; ++index) {
    const int level = augmented(jitter, plain, index).image.pixels[0];
    least = std::min(least, level);
    most = std::max(most, level);
  }
  CHECK((least >= 60 && least <= 61));
  CHECK((most >= 138 && most <= 140));
}

TEST_CASE("no strength is no change, and p says how often") {
  ColorJitter jitter;
  jitter.brightness = jitter.contrast = jitter.saturation = 0;
  CHECK(count_changed(10, jitter, noisy_sample(6, 6)) == 0);
  jitter.brightness = 0.5;
  jitter.p = 0.8;
  const std::int64_t changed = count_changed(4000, jitter, noisy_sample(6, 6));
  CHECK(changed <= 4000 * 0.83);
  CHECK(changed >= 4000 * 0.75);  // a factor close to 1 shows nothing
}
