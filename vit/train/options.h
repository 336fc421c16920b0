#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"

namespace vit {

/// How the training loop runs; timm's names where timm has them.
struct TrainOptions {
  std::string amp = "fp32";
  std::string device = "auto";
  std::int64_t threads = 0;
  bool deterministic = true;
  std::int64_t grad_accum_steps = 1;
  bool grad_checkpointing = false;
  bool drop_last = true;
  std::optional<double> model_ema;
  bool model_ema_warmup = false;
  std::optional<double> model_ema_end;
  bool model_ema_force_cpu = false;
  std::vector<std::string> freeze;
  std::optional<std::int64_t> unfreeze_epoch;
  std::optional<std::int64_t> early_stopping;
  std::string on_nan = "stop";
  std::int64_t max_nan = 10;
  double loss_spike = 6.0;
  std::string checkpoint_every = "1 epoch";
  std::int64_t keep_checkpoints = 1;
  bool background_checkpoints = true;
};
void describe(FieldVisitor& visitor, TrainOptions& options);

/// When checkpoints are written; one of the three is above 0.
struct CheckpointInterval {
  std::int64_t epochs = 0, updates = 0;
  double seconds = 0;
};
/// Reads `2 epochs`, `500 updates` (or `steps`), `10 minutes`; a plain number counts epochs. Throws
/// Error (usage) for anything else.
[[nodiscard]] CheckpointInterval parse_interval(const std::string& text);

}  // namespace vit
