#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"

namespace vit {

/// How weights are updated; timm's names.
struct OptimOptions {
  std::string opt = "adamw";
  double lr = 1e-3;
  double weight_decay = 0.05;
  std::vector<double> betas{0.9, 0.999};
  double eps = 1e-8;
  double momentum = 0.9;
  std::optional<double> clip_grad;
};
void describe(FieldVisitor& visitor, OptimOptions& options);

/// How the learning rate changes; timm's names. All lengths are in epochs.
struct ScheduleOptions {
  std::string sched = "cosine";
  std::int64_t epochs = 100;
  double warmup_epochs = 5;
  double warmup_lr = 1e-6;
  double min_lr = 1e-5;
  bool warmup_prefix = false;
};
void describe(FieldVisitor& visitor, ScheduleOptions& options);

}  // namespace vit
