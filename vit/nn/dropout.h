#pragma once

#include <torch/types.h>

namespace vit {

/// Zeroes each element with probability `rate` and scales the others by 1 / (1 - rate) (Srivastava
/// et al. 2014). Returns x itself when not training or when rate is 0. Needs a RandomScope.
torch::Tensor dropout(const torch::Tensor& x, double rate, bool training);

/// Zeroes each sample's whole residual branch with probability `rate` and scales the others by
/// 1 / (1 - rate) (Huang et al. 2016, "Deep Networks with Stochastic Depth"). x [B, ...].
torch::Tensor drop_path(const torch::Tensor& x, double rate, bool training);

}  // namespace vit
