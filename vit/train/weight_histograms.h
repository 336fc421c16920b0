#pragma once

#include <torch/nn/module.h>

#include <vector>

#include "vit/report/histogram.h"

namespace vit {

/// How the weights of each tensor are spread that learns, by its name in the module: what shows a
/// layer that dies, stands still or grows without end. Values that are not finite aren't counted,
/// and a tensor without any finite value isn't told of.
[[nodiscard]] std::vector<Histogram> weight_histograms(const torch::nn::Module& module);

}  // namespace vit
