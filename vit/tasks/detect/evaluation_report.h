#pragma once

#include <string>
#include <vector>

#include "vit/data/dataset.h"
#include "vit/metrics/coco_ap.h"
#include "vit/metrics/detection_errors.h"
#include "vit/report/section.h"

namespace vit {

/// What an evaluation of a detector has seen.
struct DetectionResults {
  const std::vector<std::string>& classes;
  const CocoMatches& matches;
  const DetectionErrors& errors;
  const std::vector<ObjectImage>& images;  ///< their ids are indices of the data set
};

/// Key figures with their intervals, classes, curves, confusion and errors by kind on their images;
/// without a headline.
[[nodiscard]] EvaluationReport detection_report(const DetectionResults& results,
                                                const Dataset& data);

/// In percent; NaN where there is no truth.
[[nodiscard]] double percent_or_nan(double value);

}  // namespace vit
