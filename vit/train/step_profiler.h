#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

#include "vit/report/step_profile.h"
#include "vit/train/trainer.h"

namespace vit {

/// Listens to what LibTorch runs on this thread while it lives: each outermost operator, the nodes
/// of the backward pass, which are matched with the operators that they belong to, and the phases
/// of a step. It costs some microseconds an operator, and on CUDA sees launches, not kernels.
class StepProfiler {
 public:
  explicit StepProfiler(const torch::nn::Module& model);
  ~StepProfiler();
  StepProfiler(const StepProfiler&) = delete;
  StepProfiler& operator=(const StepProfiler&) = delete;

  /// What was heard so far, in `steps` steps.
  [[nodiscard]] StepProfile profile(std::int64_t steps) const;

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

/// Trains for some steps to warm up, then listens to `steps` more. The model is trained by it; a
/// run shorter than this gives what there was. Throws Error (usage) where that is nothing.
[[nodiscard]] StepProfile profile_steps(TrainingParts& parts, std::int64_t steps);

}  // namespace vit
