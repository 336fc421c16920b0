#pragma once

#include <torch/types.h>

/// How a set of features [N, D] fills its space: what can be said of them without any label. All
/// compute in float64 on the CPU, and none records gradients.
namespace vit {

/// RankMe (Garrido et al. 2023): the exponential of the entropy of the singular values, each as its
/// part of their sum. Between 1 (all features are multiples of one vector) and min(N, D).
[[nodiscard]] double effective_rank(const torch::Tensor& features);

/// The standard deviation of each channel of the features at length 1, mean over channels: 0 where
/// all are the same, about 1/sqrt(D) where they are spread over the whole sphere (Chen and He 2021,
/// section 4.1).
[[nodiscard]] double feature_deviation(const torch::Tensor& features);

/// The logarithm of the mean of exp(-2 |a - b|^2) over all pairs of features at length 1 (Wang and
/// Isola 2020, section 4.2): 0 where all are the same, about -4 where they are spread evenly.
[[nodiscard]] double uniformity(const torch::Tensor& features);

/// The mean of |a - b|^2 over pairs of features at length 1 (the same, equation 4): rows of `a` and
/// `b` are two views of one image.
[[nodiscard]] double alignment(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace vit
