#include "vit/train/batch_finder.h"

#include "tests/catch.h"

TEST_CASE("The smallest batch that is about as fast as the fastest") {
  CHECK(vit::suggested_batch({{1, 10, 0}, {2, 19, 0}, {4, 30, 0}, {8, 30.5, 0}, {16, 30.8, 0}}) ==
        4);
  CHECK(vit::suggested_batch({}) == 0);
}
