#pragma once

#include <cstdint>
#include <string>

#include "vit/core/fields.h"
#include "vit/tasks/detect/fcos.h"

namespace vit {

/// How a detector is built, trained and asked.
struct DetectOptions {
  std::string head = "fcos";
  FCOSOptions fcos;
  std::int64_t max_detections = 100;
  double shown_score = 0.3;
};
void describe(FieldVisitor& visitor, DetectOptions& options);

}  // namespace vit
