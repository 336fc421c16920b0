#pragma once

#include <cstdint>
#include <vector>

#include "vit/image/coco_mask.h"

namespace vit {

/// A box as COCO writes it, in pixels.
struct ObjectBox {
  double x = 0, y = 0, width = 0, height = 0;
};

/// An object that an image truly shows.
struct TrueObject {
  std::int64_t label = 0;
  ObjectBox box{};
  double area = 0;  ///< by which it is small, medium or large
  /// Around many objects that are not told apart: it does not count, and takes in any number of
  /// detections, whose overlap with it is the share of their own area inside.
  bool crowd = false;
  /// Too hard to count, as VOC says: it takes in any number of detections, which do not count
  /// either.
  bool difficult = false;
  /// What is matched to it counts as matched to nothing: pycocotools' way with annotations whose id
  /// is 0.
  bool unmatchable = false;
  RunLengths mask{};  ///< where masks are compared, all of one size
};

/// An object that was found.
struct ScoredObject {
  std::int64_t label = 0;
  ObjectBox box{};
  double score = 0;
  double area = 0;  ///< by which it is small, medium or large
  RunLengths mask{};
};

/// What an image shows, and what was found in it. Labels count from 0.
struct ObjectImage {
  std::int64_t id = 0;  ///< decides the order of images, where scores are equal
  std::vector<TrueObject> truth{};
  std::vector<ScoredObject> found{};
};

/// What detections are compared by.
enum class OverlapOf { boxes, masks };

/// Intersection over union as pycocotools computes it; with a crowd, intersection over the area of
/// the detection. 0 where either has no extent.
[[nodiscard]] double overlap(const ObjectBox& found, const ObjectBox& truth, bool crowd);
[[nodiscard]] double overlap(const RunLengths& found, const RunLengths& truth, bool crowd);
[[nodiscard]] double overlap(const ScoredObject& found, const TrueObject& truth, OverlapOf what);

/// Detections from the surest down; of equals, those that stand first.
[[nodiscard]] std::vector<std::size_t> by_score(const std::vector<ScoredObject>& found);

}  // namespace vit
