#pragma once

#include <torch/types.h>

#include <string>

namespace vit::cli {

/// Of all elements that are finite; a complex tensor counts by its absolute values.
struct TensorStatistics {
  double mean = 0, std = 0, least = 0, greatest = 0;
  std::int64_t not_finite = 0;  ///< NaN and infinite ones
};
[[nodiscard]] TensorStatistics statistics(const torch::Tensor& tensor);

/// A number with four significant digits.
[[nodiscard]] std::string figure(double value);

}  // namespace vit::cli
