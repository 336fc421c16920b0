#pragma once

#include <filesystem>
#include <vector>

#include "vit/weights/naming/translation.h"

namespace vit {

/// The mean of the weights of several files (a model soup, Wortsman et al. 2022), under the names
/// that they have there: summed in float64 and rounded to float32, as timm's avg_checkpoints does;
/// counters (integers) are the mean rounded down. Of checkpoints of ours the running average of the
/// weights is taken where there is one, and the optimizer is left out.
///
/// Throws Error (weights), naming file and tensor, unless all files have the same tensors of the
/// same shapes; Error (usage) for less than two files.
[[nodiscard]] TensorMap average_weights(const std::vector<std::filesystem::path>& files);

}  // namespace vit
