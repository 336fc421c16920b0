#include "vit/train/loss_watch.h"

#include "tests/catch.h"

TEST_CASE("A loss far above the recent ones is a spike, and does not count among them") {
  vit::LossWatch watch(6);
  for (int i = 0; i < 50; ++i) CHECK_FALSE(watch.see(2.0 + 0.01 * (i % 3)));
  const auto mean = watch.see(5.0);
  REQUIRE(mean);
  CHECK(*mean == Approx(2.01).margin(0.01));
  CHECK(watch.see(5.0));
  CHECK_FALSE(watch.see(2.02));
}

TEST_CASE("The first losses, falling ones, and a watch that is off say nothing") {
  vit::LossWatch first(6), falling(6), off(0);
  CHECK_FALSE(first.see(1));
  CHECK_FALSE(first.see(100));
  for (int i = 0; i < 300; ++i) CHECK_FALSE(falling.see(10.0 / (1 + i)));
  for (int i = 0; i < 50; ++i) (void)off.see(1.0);
  CHECK_FALSE(off.see(1000.0));
}
