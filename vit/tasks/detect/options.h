#pragma once

#include <cstdint>
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
  std::int64_t max_detections = 100;
  double shown_score = 0.3;
};
void describe(FieldVisitor& visitor, DetectOptions& options);

}  // namespace vit
