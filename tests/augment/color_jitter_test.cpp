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
    Sample sample = plain;
    Rng rng(5, Stream::augment, 0, index);
    jitter.apply(sample, rng);
    least = std::min<int>(least, sample.image.pixels[0]);
    most = std::max<int>(most, sample.image.pixels[0]);
  }
  CHECK((least >= 60 && least <= 61));
  CHECK((most >= 138 && most <= 140));
}

TEST_CASE("no strength is no change, and p says how often") {
  ColorJitter jitter;
  jitter.brightness = jitter.contrast = jitter.saturation = 0;
  Sample sample = noisy_sample(6, 6);
  Rng rng(1, Stream::augment);
  jitter.apply(sample, rng);
  CHECK(sample.image == noisy_sample(6, 6).image);
  jitter.brightness = 0.5;
  jitter.p = 0.8;
  const std::int64_t changed = count_over_indices(4000, [&](Rng& draw) {
    Sample one = noisy_sample(6, 6);
    jitter.apply(one, draw);
    return !(one.image == noisy_sample(6, 6).image);
  });
  CHECK(changed <= 4000 * 0.83);
  CHECK(changed >= 4000 * 0.75);  // a factor close to 1 shows nothing
}
