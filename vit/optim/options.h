#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"

namespace vit {

/// What holds for the parameters whose name matches, in place of the general rule.
struct GroupOverride {
  std::string match;  ///< a name with `*` and `?`, as in `head.*`
  double lr_scale = 1.0;
  std::optional<double> weight_decay;
};
void describe(FieldVisitor& visitor, GroupOverride& options);

/// How weights are updated; timm's names.
struct OptimOptions {
  std::string opt = "adamw";
  double lr = 1e-3;
  std::optional<double> lr_base;
  std::int64_t lr_base_size = 256;
  std::string lr_base_scale;
  double weight_decay = 0.05;
  std::optional<std::vector<double>> betas;
  std::optional<double> eps;
  double momentum = 0.9;
  std::optional<double> clip_grad;
  std::string clip_mode = "norm";
  double layer_decay = 1.0;
  double layer_decay_min_scale = 0.0;
  std::string layer_decay_style = "timm";
  std::vector<std::string> no_weight_decay;
  Records<GroupOverride> groups;
  double trust_coeff = 1e-3;
  std::int64_t ns_steps = 5;
  double sam_rho = 0.0;
};
void describe(FieldVisitor& visitor, OptimOptions& options);

/// The learning rate of a run whose updates see `samples` samples: `lr`, or, where lr_base is
/// given, lr_base scaled by samples / lr_base_size, linearly or by its root (timm: the root for
/// Adam and its kin).
[[nodiscard]] double base_learning_rate(const OptimOptions& options, std::int64_t samples);

/// Pictures of this size from this epoch on (progressive resizing).
struct SizeStage {
  std::int64_t epoch = 0;  ///< counted from 0
  Size2 img_size{224, 224};
};
void describe(FieldVisitor& visitor, SizeStage& options);

/// How the learning rate changes; timm's names. All lengths are in epochs.
struct ScheduleOptions {
  std::string sched = "cosine";
  std::int64_t epochs = 100;
  bool sched_on_updates = true;
  double warmup_epochs = 5;
  double warmup_lr = 1e-6;
  double min_lr = 1e-5;
  bool warmup_prefix = false;
  double cooldown_epochs = 0;
  std::optional<double> decay_epochs;
  std::vector<std::int64_t> decay_milestones{90, 180, 270};
  double decay_rate = 0.1;
  double poly_power = 0.5;
  double lr_k_decay = 1.0;
  std::int64_t lr_cycle_limit = 1;
  double lr_cycle_mul = 1.0;
  double lr_cycle_decay = 1.0;
  std::optional<double> lr_cycle_epochs;
  std::int64_t patience_epochs = 10;
  std::optional<double> weight_decay_end;
  std::optional<double> momentum_end;
  double drop_path_start = 1.0;
  double drop_path_end = 1.0;
  Records<SizeStage> img_size;
};
void describe(FieldVisitor& visitor, ScheduleOptions& options);

}  // namespace vit
