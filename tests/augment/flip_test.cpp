#include "vit/augment/flip.h"

#include "tests/augment/support.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("pictures are mirrored as often as p says") {
  for (const double p : {0.0, 0.3, 0.5, 1.0}) {
    HorizontalFlip flip;
    flip.p = p;
    CHECK(plausible(count_changed(10000, flip, noisy_sample(3, 2)), 10000, p));
  }
}
