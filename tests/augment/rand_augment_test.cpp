#include "vit/augment/rand_augment.h"

#include "tests/augment/support.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("all names of the lists are operations") {
  for (const char* t : {"all", "3a", "3aw", "weights"})
    for (const bool inc : {false, true})
      for (const WeightedOp& op : rand_augment_ops(t, inc))
        CHECK(find_leveled_op(op.name) != nullptr);
  CHECK(rand_augment_ops("all", false).size() == 15);
  CHECK(rand_augment_ops("all", true).size() == 15);
}

TEST_CASE("no operations, or none with any probability, leave the picture") {
  for (const bool none : {false, true}) {
    RandAugment op;
    op.n = none ? 0 : 2;
    op.p = none ? 1 : 0;
    op.adapt(square_input(16));
    CHECK(count_changed(10, op, noisy_sample(16, 16)) == 0);
  }
}

TEST_CASE("weights decide how often an operation is drawn") {
  // 3aw has 6 of 33 parts of grey, and 1 of a posterisation that leaves no bit at this magnitude;
  // with p = 1 and one draw, a saturated picture tells it apart.
  RandAugment op;
  op.t = "3aw";
  op.n = 1;
  op.p = 1;
  op.m = 10;
  op.adapt(square_input(8));
  Sample red = noisy_sample(8, 8);
  for (std::size_t i = 0; i < red.image.pixels.size(); ++i)
    red.image.pixels[i] = i % 3 == 0 ? static_cast<std::uint8_t>(100 + i % 50) : std::uint8_t{20};
  const std::int64_t greys =
      count_augmented(3000, op, red, [](const Image& image) { return is_grey(image.pixel(4, 4)); });
  CAPTURE(greys);
  CHECK(plausible(greys, 3000, 7.0 / 33));
}
