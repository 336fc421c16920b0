#include "vit/metrics/coco_ap.h"

#include "tests/catch.h"

using vit::CocoArea, vit::CocoFigures, vit::CocoMatches, vit::ObjectImage, vit::kNoTruth;

namespace {

/// An object of class 0 from (x, 0) on, `side` pixels wide and high.
vit::TrueObject square(double x, double side) {
  return {.label = 0, .box = {x, 0, side, side}, .area = side * side};
}

vit::ScoredObject found_square(double x, double side, double score) {
  return {.label = 0, .box = {x, 0, side, side}, .score = score, .area = side * side};
}

CocoFigures figures_of(const ObjectImage& image) {
  CocoMatches matches(1);
  matches.add(image);
  return matches.figures();
}

}  // namespace

TEST_CASE("A detection as good as its truth has an AP of 1, and all that is absent is -1") {
  const auto stats =
      figures_of({.truth = {square(0, 20)}, .found = {found_square(0, 20, 0.5)}}).stats();
  // pycocotools adds an epsilon to a denominator
  CHECK(stats[0] == Approx(1).margin(1e-12));
  CHECK(stats[3] == Approx(1).margin(1e-12));  // small
  CHECK(stats[4] == kNoTruth);
  CHECK(stats[8] == 1);
  CHECK(stats[11] == kNoTruth);
}

TEST_CASE("Detections without truth leave no number, truth without detections leaves 0") {
  for (const double value : figures_of({.found = {found_square(0, 20, 0.5)}}).stats())
    CHECK(value == kNoTruth);
  CHECK(figures_of({.truth = {square(0, 20)}}).ap() == 0);
  CHECK(figures_of({}).ap() == kNoTruth);
}

TEST_CASE("Each object is found once: the surest detection is right, a second one is wrong") {
  // Precision 1/2 at the second object's recall: behind the duplicate, 2 of 3.
  const CocoFigures figures = figures_of(
      {.truth = {square(0, 20), square(50, 20)},
       .found = {found_square(0, 20, 0.9), found_square(0, 20, 0.8), found_square(50, 20, 0.7)}});
  CHECK(figures.ap() == Approx((51 * 1.0 + 50 * 2.0 / 3) / 101).margin(1e-12));
}

TEST_CASE("Crowds take in any number of detections, and are judged by the share inside") {
  vit::TrueObject crowd = square(100, 200);
  crowd.crowd = true;
  const ObjectImage image{
      .truth = {square(0, 20), crowd},
      .found = {found_square(150, 20, 0.9), found_square(180, 20, 0.8), found_square(0, 20, 0.7)}};
  CHECK(figures_of(image).ap() == Approx(1).margin(1e-12));
}

TEST_CASE("Difficult objects do not count, and neither does what is found of them") {
  vit::TrueObject difficult = square(100, 20);
  difficult.difficult = true;
  ObjectImage image{.truth = {square(0, 20), difficult},
                    .found = {found_square(100, 20, 0.9), found_square(100.1, 20, 0.8),
                              found_square(0, 20, 0.7)}};
  CHECK(figures_of(image).ap() == Approx(1).margin(1e-12));
  image.found.push_back(found_square(120, 20, 0.95));  // beside it: wrong
  CHECK(figures_of(image).ap() == Approx(0.5).margin(1e-12));
}

TEST_CASE("What is matched to annotation 0 counts as matched to nothing, as in pycocotools") {
  vit::TrueObject zero = square(0, 20);
  zero.unmatchable = true;
  CHECK(figures_of({.truth = {zero}, .found = {found_square(0, 20, 0.9)}}).ap() == 0);
}

TEST_CASE("The order of images, and how many of them are counted together, changes nothing") {
  std::vector<ObjectImage> images;
  for (std::int64_t i = 0; i < 6; ++i) {
    const auto shift = static_cast<double>(i);
    images.push_back(
        {.id = i,
         .truth = {square(0, 20), square(60, 40)},
         .found = {found_square(shift, 20, 0.5), found_square(60, 40 - 2 * shift, 0.5)}});
  }
  CocoMatches whole(1), first(1), second(1);
  for (const ObjectImage& image : images) whole.add(image);
  for (const std::size_t i : {5U, 2U, 4U}) second.add(images[i]);
  for (const std::size_t i : {1U, 3U, 0U}) first.add(images[i]);
  second.merge(first);
  CHECK(second.figures().stats() == whole.figures().stats());
  CHECK(second.images() == 6);
  CHECK(second.truths(0) == 12);
  const auto a = whole.intervals(50), b = second.intervals(50);
  REQUIRE((a && b));
  CHECK(a->map.low == b->map.low);
  CHECK(a->map50.high == b->map50.high);
  CHECK(a->map.low < whole.figures().ap());
  CHECK(a->map.high > whole.figures().ap());
  const auto other = whole.intervals(50, 1);
  CHECK((other->map.low != a->map.low || other->map.high != a->map.high));
}

TEST_CASE("The interval of an average is a point where all images are alike") {
  CocoMatches matches(1);
  for (std::int64_t i = 0; i < 4; ++i)
    matches.add({.id = i, .truth = {square(0, 20)}, .found = {found_square(0, 20, 0.5)}});
  const auto intervals = matches.intervals(20);
  REQUIRE(intervals);
  CHECK(intervals->map.low == Approx(matches.figures().ap()).margin(1e-12));
  CHECK(intervals->map.high == Approx(matches.figures().ap()).margin(1e-12));
  CHECK_FALSE(CocoMatches(1).intervals());
}
