#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/metrics/coco_ap.h"
#include "vit/metrics/detection_errors.h"
#include "vit/train/task.h"

namespace vit {

/// Metrics of a detector in percent, of boxes in the pixels of the images' files, by COCO's rule as
/// pycocotools has it: `map` (mean over overlaps .50 to .95 and classes), `map50`, `map75`,
/// `map_small`, `map_medium`, `map_large` (NaN where there are no such objects), `ar100` (mean
/// largest recall with 100 detections of a class in an image); `precision` and `recall`, means over
/// classes at overlap .5 and at the confidence where the mean F1 is the largest.
///
/// Where masks are found, the same of masks comes first, `mask_map` to `mask_ar100`: objects and
/// detections are then small or large by their masks' area, the objects where their annotation says
/// nothing.
///
/// Objects that are difficult (VOC) or crowds (COCO) do not count, and neither do detections of
/// them. Batches come with the annotations of an ObjectCollator, predictions are DetectedObjects.
class DetectEvaluation final : public Evaluation {
 public:
  explicit DetectEvaluation(std::vector<std::string> classes, bool masks = false);
  void add(const Batch& batch, const std::vector<Prediction>& predictions) override;
  void merge(const Evaluation& other) override;
  [[nodiscard]] Metrics metrics() const override;
  [[nodiscard]] std::optional<Headline> headline() const override;
  [[nodiscard]] EvaluationReport report(const Dataset& data) const override;
  [[nodiscard]] const CocoMatches& matches() const { return matches_; }
  /// Of masks; null where none are found.
  [[nodiscard]] const CocoMatches* mask_matches() const {
    return mask_matches_ ? &*mask_matches_ : nullptr;
  }
  [[nodiscard]] const DetectionErrors& errors() const { return errors_; }

 private:
  std::vector<std::string> classes_;
  CocoMatches matches_;
  std::optional<CocoMatches> mask_matches_;
  DetectionErrors errors_;
  std::vector<ObjectImage> images_;  // their ids are indices of the data set
};

}  // namespace vit
