#pragma once

#include <torch/types.h>

#include <cstdint>

namespace vit {

/// How well a linear classifier tells classes by features that it is given [N, D]: ridge regression
/// to one number a class (with an intercept), learned from all folds but one and asked of that one,
/// for each of the folds; sample i is in fold i % folds. In float64; `penalty` is by the mean
/// square of the centred features, as much as so many samples. Returns the guessed classes [N]
/// int64. labels [N] int64. Throws Error (data) where there are fewer samples than folds.
[[nodiscard]] torch::Tensor ridge_probe(const torch::Tensor& features, const torch::Tensor& labels,
                                        std::int64_t num_classes, std::int64_t folds = 5,
                                        double penalty = 1.0);

}  // namespace vit
