#include "vit/metrics/detection.h"

#include "tests/catch.h"

using vit::ObjectBox, vit::overlap, vit::RunLengths;

TEST_CASE("Boxes overlap by the shared part of what they cover together") {
  CHECK(overlap(ObjectBox{0, 0, 10, 10}, ObjectBox{5, 0, 10, 10}, false) == Approx(1.0 / 3));
  CHECK(overlap(ObjectBox{0, 0, 10, 10}, ObjectBox{0, 0, 10, 10}, false) == 1);
  CHECK(overlap(ObjectBox{0, 0, 10, 10}, ObjectBox{10, 0, 10, 10}, false) == 0);
  CHECK(overlap(ObjectBox{0, 0, 10, 10}, ObjectBox{-5, -5, 100, 100}, true) ==
        1);  // inside a crowd
}

TEST_CASE("Boxes that are inverted or have no area overlap nothing") {
  CHECK(overlap(ObjectBox{10, 10, -10, -10}, ObjectBox{0, 0, 10, 10}, false) == 0);
  CHECK(overlap(ObjectBox{10, 10, -10, -10}, ObjectBox{10, 10, -10, -10}, false) == 0);
  CHECK(overlap(ObjectBox{5, 5, 0, 0}, ObjectBox{0, 0, 10, 10}, false) == 0);
}

TEST_CASE("Masks overlap pixel by pixel, runs of no length among them") {
  const RunLengths a = {2, 4, 6}, b = {4, 4, 4}, all = {0, 12}, none = {12}, odd = {2, 2, 0, 2, 6};
  CHECK(overlap(a, b, false) == Approx(2.0 / 6));
  CHECK(overlap(a, b, true) == Approx(2.0 / 4));
  CHECK(overlap(a, all, false) == Approx(4.0 / 12));
  CHECK(overlap(odd, a, false) == 1);
  CHECK(overlap(none, none, false) == 0);
  CHECK(overlap(a, {}, false) == 0);
}

TEST_CASE("Detections are ordered by score, those of one score as they stand") {
  CHECK(vit::by_score({{.score = 0.5}, {.score = 0.9}, {.score = 0.5}, {.score = 0.7}}) ==
        std::vector<std::size_t>{1, 3, 0, 2});
}
