#include "vit/augment/flip.h"

#include "tests/augment/support.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("pictures are mirrored as often as p says") {
  for (const double p : {0.0, 0.3, 0.5, 1.0}) {
    HorizontalFlip flip;
    flip.p = p;
    const Sample original = noisy_sample(3, 2);
    const std::int64_t flipped = count_over_indices(10000, [&](Rng& rng) {
      Sample sample = original;
      flip.apply(sample, rng);
      return !(sample.image == original.image);
    });
    CHECK(plausible(flipped, 10000, p));
  }
}
