#include "vit/metrics/detection_rates.h"

#include "tests/catch.h"

using vit::CocoMatches;

namespace {

/// Three objects of class 0 and one of class 1; class 2 is never there.
CocoMatches mixed_matches() {
  const auto at = [](double x) { return vit::ObjectBox{x, 0, 10, 10}; };
  CocoMatches all(3);
  all.add({.truth = {{.label = 0, .box = at(0), .area = 100},
                     {.label = 0, .box = at(20), .area = 100},
                     {.label = 0, .box = at(40), .area = 100},
                     {.label = 1, .box = at(60), .area = 100}},
           .found = {{.label = 0, .box = at(0), .score = 0.9, .area = 100},
                     {.label = 0, .box = at(80), .score = 0.8, .area = 100},
                     {.label = 0, .box = at(20), .score = 0.6, .area = 100},
                     {.label = 1, .box = at(60), .score = 0.5, .area = 100},
                     {.label = 1, .box = at(0), .score = 0.4, .area = 100},
                     {.label = 2, .box = at(0), .score = 0.95, .area = 100}}});
  return all;
}

}  // namespace

TEST_CASE("Rates at a confidence are those of the detections from it on") {
  const vit::DetectionRates rates = vit::rates_at(mixed_matches(), 0.6);
  REQUIRE(rates.classes.size() == 3);
  CHECK(rates.classes[0].precision == Approx(2.0 / 3));
  CHECK(rates.classes[0].recall == Approx(2.0 / 3));
  CHECK(rates.classes[0].f1 == Approx(2.0 / 3));
  CHECK(rates.classes[1].f1 == 0);
  CHECK(rates.mean.recall == Approx(1.0 / 3));  // class 2 has no truth: it is in no mean
}

TEST_CASE("The best confidence is where the mean F1 of the classes is the largest") {
  const vit::DetectionRates best = vit::best_rates(mixed_matches());
  CHECK(best.confidence == 0.5);
  CHECK(best.mean.f1 == Approx((2.0 / 3 + 1) / 2));
  for (const double other : {0.95, 0.9, 0.8, 0.6, 0.4, 0.0})
    CHECK(vit::rates_at(mixed_matches(), other).mean.f1 < best.mean.f1);
}

TEST_CASE("Where nothing is found, all rates are 0") {
  CocoMatches nothing(1);
  nothing.add({.truth = {{.box = {0, 0, 10, 10}, .area = 100}}});
  CHECK(vit::best_rates(nothing).mean.f1 == 0);
  CHECK(vit::best_rates(CocoMatches(2)).mean.recall == 0);
}

TEST_CASE("ultralytics' integral is that of its compute_ap") {
  // Of numpy: recalls 1/3, 1/3, 2/3 with precisions 1, 1/2, 2/3; and one right, one wrong of one.
  const vit::UltralyticsAp ap = vit::ultralytics_ap(mixed_matches());
  CHECK(ap.map50 == Approx(0.8311).margin(1e-9));
  CHECK(ap.map == Approx(0.8311).margin(1e-9));
  CHECK(vit::ultralytics_ap(CocoMatches(2)).map == vit::kNoTruth);
  CocoMatches nothing(1);
  nothing.add({.truth = {{.box = {0, 0, 10, 10}, .area = 100}}});
  CHECK(vit::ultralytics_ap(nothing).map50 == 0);
}
