#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vit/core/fields.h"
#include "vit/tasks/detect/fcos.h"
#include "vit/tasks/detect/rf_detr_options.h"
#include "vit/tasks/detect/yolos.h"

namespace vit {

/// How a detector is built, trained and asked.
struct DetectOptions {
  std::string head = "fcos";
  FCOSOptions fcos;
  YolosOptions yolos;
  RfDetrOptions rf_detr;
  /// Whether the pixels of each object are found too; nothing: where weights of a whole detector
  /// can do it.
  std::optional<bool> masks{};
  std::int64_t max_detections = 100;
  double shown_score = 0.3;
};
void describe(FieldVisitor& visitor, DetectOptions& options);

/// Whether a detector of these options finds masks.
[[nodiscard]] inline bool finds_masks(const DetectOptions& options) {
  return options.head == "rf_detr" && options.masks.value_or(false);
}

}  // namespace vit
