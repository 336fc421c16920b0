#pragma once

#include <cstdint>
#include <vector>

#include "vit/metrics/coco_ap.h"

namespace vit {

/// How a class fares where only detections from a confidence on are taken. 0 where nothing is
/// found.
struct ClassRates {
  double precision = 0, recall = 0, f1 = 0;
};

/// Precision, recall and F1 at a confidence, by COCO's matches at an overlap of .5. The means are
/// over the classes that have truth.
struct DetectionRates {
  double confidence = 0;
  ClassRates mean{};
  std::vector<ClassRates> classes{};
};
[[nodiscard]] DetectionRates rates_at(const CocoMatches& matches, double confidence);

/// At the confidence where the mean F1 is the largest; of equals, the highest one.
[[nodiscard]] DetectionRates best_rates(const CocoMatches& matches);

/// Mean AP at .5 and over all ten overlaps as ultralytics integrates it (precision at 101 recalls
/// between which it is a straight line, by trapezoids), of COCO's matches: what that program's
/// numbers are to be compared with, and larger than COCO's AP for the same detections.
struct UltralyticsAp {
  double map50 = kNoTruth, map = kNoTruth;
};
[[nodiscard]] UltralyticsAp ultralytics_ap(const CocoMatches& matches);

}  // namespace vit
