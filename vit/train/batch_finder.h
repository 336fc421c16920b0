#pragma once

#include <vector>

#include "vit/train/trainer.h"

namespace vit {

/// What a training step of one batch size costs.
struct BatchCost {
  std::int64_t batch_size = 0;
  double images_per_s = 0;
  double peak_bytes = 0;  ///< of the process, or of the GPU
};

struct BatchFinding {
  std::vector<BatchCost> tried;
  std::int64_t suggestion = 0;  ///< the smallest that is within 3 % of the fastest
};

/// Trains on synthetic pictures with batches of 1, 2, 4 … `largest`, until memory runs short (the
/// next size would need more than four fifths of what is free) or a larger batch is no faster. The
/// model is trained by it: use it for nothing else afterwards.
[[nodiscard]] BatchFinding find_batch_size(TrainingParts& parts, std::int64_t largest = 4096);

/// The choice among what was tried.
[[nodiscard]] std::int64_t suggested_batch(const std::vector<BatchCost>& tried);

}  // namespace vit
