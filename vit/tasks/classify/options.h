#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/tasks/classify/distill.h"

namespace vit {

/// How a classifier is trained; timm's and DeiT's names.
struct ClassifyOptions {
  std::string loss = "ce";
  double smoothing = 0.1;
  std::optional<std::vector<double>> class_weights;
  std::optional<double> bce_target_thresh;
  bool bce_sum = false;
  double focal_gamma = 2.0;
  std::int64_t jsd_splits = 3;
  double jsd_alpha = 12.0;
  DistillOptions distillation;
};
void describe(FieldVisitor& visitor, ClassifyOptions& options);

}  // namespace vit
