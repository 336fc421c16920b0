#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vit/metrics/detection.h"

namespace vit {

/// How VOC's development kit measures boxes.
struct VocRule {
  double overlap = 0.5;    ///< that a match needs
  bool inclusive = false;  ///< sides are a pixel longer: the kit's, of corners that are pixels
};

/// Average precision of a class by VOC's two rules. NaN where it has no truth.
struct VocAp {
  double points_11 = 0;   ///< VOC 2007: mean of the largest precision at 11 recalls or beyond
  double all_points = 0;  ///< from VOC 2010 on: the area under the monotone curve
  std::int64_t truths = 0;
  std::vector<double> recall{}, precision{};  ///< behind each detection that counts
};

/// Detections from the surest down; each takes the object of its class that it overlaps most (the
/// first of equals). It is right where that overlap is large enough and nothing took the object
/// before, and does not count where the object is difficult; crowds are treated as difficult. Of
/// equal scores, the image with the smaller id and in it the first one come first.
[[nodiscard]] VocAp voc_ap(std::span<const ObjectImage> images, std::int64_t label,
                           const VocRule& rule = {});

/// The means over classes 0 to num_classes - 1 that have truth; NaN where none has.
struct VocMeans {
  double points_11 = 0, all_points = 0;
};
[[nodiscard]] VocMeans voc_means(std::span<const ObjectImage> images, std::int64_t num_classes,
                                 const VocRule& rule = {});

}  // namespace vit
