#pragma once

#include <torch/types.h>

namespace vit {

/// Zeroes each element with probability `rate` and scales the others by 1 / (1 - rate) (Srivastava
/// et al. 2014). Returns x itself when not training or when rate is 0. Needs a RandomScope.
torch::Tensor dropout(const torch::Tensor& x, double rate, bool training);

/// Zeroes each sample's whole residual branch with probability `rate` and scales the others by
/// 1 / (1 - rate) (Huang et al. 2016, "Deep Networks with Stochastic Depth"). x [B, ...].
torch::Tensor drop_path(const torch::Tensor& x, double rate, bool training);

/// What drop_path multiplies the samples of x with: [B], of the given type; undefined where it
/// returns x.
torch::Tensor drop_path_factors(const torch::Tensor& x, torch::ScalarType type, double rate,
                                bool training);
/// x [B, ...] times factors [B]; x where they are undefined.
torch::Tensor times_samples(const torch::Tensor& x, const torch::Tensor& factors);

}  // namespace vit
