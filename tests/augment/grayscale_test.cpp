#include "vit/augment/grayscale.h"

#include "tests/augment/support.h"
#include "vit/image/enhance.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("a picture becomes its luma in three channels, as often as p says") {
  Grayscale op;
  op.p = 0.3;
  const Image colour = noisy_sample(6, 5).image;
  const std::int64_t count = count_over_indices(2000, [&](Rng& rng) {
    Sample sample = noisy_sample(6, 5);
    op.apply(sample, rng);
    if (sample.image == colour) return false;
    CHECK(sample.image == to_grey(colour));
    return true;
  });
  CHECK(plausible(count, 2000, 0.3));
}
