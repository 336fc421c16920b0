#include "vit/augment/grayscale.h"

#include "tests/augment/support.h"
#include "vit/image/enhance.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("a picture becomes its luma in three channels, as often as p says") {
  Grayscale op;
  op.p = 0.3;
  const Sample colour = noisy_sample(6, 5);
  const std::int64_t greys = count_augmented(
      2000, op, colour, [&](const Image& image) { return image == to_grey(colour.image); });
  CHECK(plausible(greys, 2000, 0.3));
  CHECK(greys == count_changed(2000, op, colour));
}
