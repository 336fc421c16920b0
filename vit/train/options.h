#pragma once

#include <cstdint>
#include <string>

#include "vit/core/fields.h"

namespace vit {

/// How the training loop runs.
struct TrainOptions {
  std::string amp = "fp32";
  std::string device = "auto";
  std::int64_t threads = 0;
  std::int64_t grad_accum_steps = 1;
  std::int64_t checkpoint_every = 1;
};
void describe(FieldVisitor& visitor, TrainOptions& options);

}  // namespace vit
