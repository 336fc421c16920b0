#include "vit/train/batch_plan.h"

#include "tests/catch.h"

TEST_CASE("Batches of an update, and the samples in them") {
  const vit::BatchPlan plan(44, {.batch_size = 8}, 4);
  CHECK(plan.batches() == 6);
  CHECK(plan.updates() == 2);
  CHECK(plan.group_at(0) == 4);
  CHECK(plan.group_at(4) == 2);
  CHECK(plan.samples(0, 4) == 32);
  CHECK(plan.samples(4, 2) == 12);  // the last batch has 4
}

TEST_CASE("A batch that is not full is left out, unless it is the only one") {
  CHECK(vit::BatchPlan(44, {.batch_size = 8, .drop_last = true}, 1).batches() == 5);
  const vit::BatchPlan only(5, {.batch_size = 8, .drop_last = true}, 1);
  CHECK(only.batches() == 1);
  CHECK(only.samples(0, 1) == 5);
}
