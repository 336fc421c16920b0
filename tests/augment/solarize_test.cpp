#include "vit/augment/solarize.h"

#include "tests/augment/support.h"

using namespace vit;
using namespace vit::test;

namespace {

/// All 256 levels, each in three channels.
Sample ramp() {
  Sample sample;
  sample.image = Image(256, 1);
  for (std::size_t i = 0; i < sample.image.pixels.size(); ++i)
    sample.image.pixels[i] = static_cast<std::uint8_t>(i / 3);
  return sample;
}

}  // namespace

TEST_CASE("levels from the threshold on are inverted, the others stay") {
  for (const int threshold : {0, 1, 128, 255, 256}) {
    CAPTURE(threshold);
    Solarize op;
    op.p = 1;
    op.threshold = threshold;
    const Image image = augmented(op, ramp()).image;
    for (int level = 0; level < 256; ++level)
      CHECK(int{image.pixel(level, 0)[1]} == (level < threshold ? level : 255 - level));
  }
}

TEST_CASE("pictures are solarised as often as p says") {
  for (const double p : {0.0, 0.2, 1.0}) {
    Solarize op;
    op.p = p;
    CHECK(plausible(count_changed(5000, op, ramp()), 5000, p));
  }
}
