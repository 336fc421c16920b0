#pragma once

#include <cstdint>
#include <string>

#include "vit/core/fields.h"
#include "vit/tasks/dino/block_masks.h"
#include "vit/tasks/dino/dino_head.h"
#include "vit/tasks/representation.h"

namespace vit {

/// How DINO is trained, with the parts that DINOv2 added.
struct DinoOptions {
  DinoHeadOptions head;
  std::string centering = "centering";
  double center_momentum = 0.9;
  double student_temp = 0.1;
  double warmup_teacher_temp = 0.04, teacher_temp = 0.04;
  std::int64_t warmup_teacher_temp_epochs = 0;
  double momentum_teacher = 0.996, momentum_teacher_end = 1.0;
  std::int64_t freeze_last_layer = 1;
  double koleo_weight = 0;
  double ibot_weight = 0;
  BlockMaskOptions ibot;
  RepresentationOptions judged;
};
void describe(FieldVisitor& visitor, DinoOptions& options);

/// The teacher's temperature in an epoch (counted from 0): `warmup_teacher_temp_epochs` values
/// evenly from warmup_teacher_temp to teacher_temp, both included, then the latter.
[[nodiscard]] double teacher_temperature(const DinoOptions& options, std::int64_t epoch);

}  // namespace vit
