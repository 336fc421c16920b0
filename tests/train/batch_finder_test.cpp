#include "vit/train/batch_finder.h"

#include "tests/catch.h"
#include "tests/train/small_run.h"

TEST_CASE("The smallest batch that is about as fast as the fastest") {
  CHECK(vit::suggested_batch({{1, 10, 0}, {2, 19, 0}, {4, 30, 0}, {8, 30.5, 0}, {16, 30.8, 0}}) ==
        4);
  CHECK(vit::suggested_batch({}) == 0);
}

TEST_CASE("Batches of one, two, four are timed in whole steps, and one of them is suggested") {
  vit::test::SmallRun run;
  vit::ClassifyTask task = run.task();
  vit::TrainingParts parts = run.parts(task);
  const vit::BatchFinding found = vit::find_batch_size(parts, 2);
  REQUIRE(found.tried.size() == 2);
  CHECK(found.tried[0].batch_size == 1);
  CHECK(found.tried[1].batch_size == 2);
  for (const vit::BatchCost& cost : found.tried) {
    CHECK(cost.images_per_s > 0);
    CHECK(cost.peak_bytes > 0);
  }
  CHECK(found.suggestion >= 1);
  CHECK(found.suggestion <= 2);
}
