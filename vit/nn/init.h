#pragma once

#include <torch/types.h>

#include "vit/core/rng.h"

/// Initial weights drawn from our own counter-based generator: the same on every machine and for
/// any number of threads. Each function fills `tensor` in place and is not recorded by autograd.
namespace vit::init {

/// Normal with mean 0, cut to [-2, 2] (absolute, as timm's trunc_normal_).
void trunc_normal(const torch::Tensor& tensor, double std, Rng rng);
/// Normal with mean 0, cut at two standard deviations, then scaled (timm's trunc_normal_tf_, JAX's
/// truncated_normal).
void trunc_normal_tf(const torch::Tensor& tensor, double std, Rng rng);
/// The same with variance 1 / fan_in after the cut (LeCun et al. 1998; JAX's lecun_normal).
void lecun_normal(const torch::Tensor& tensor, double fan_in, Rng rng);
/// Normal with mean 0.
void normal(const torch::Tensor& tensor, double std, Rng rng);
/// Uniform in [-bound, bound).
void uniform(const torch::Tensor& tensor, double bound, Rng rng);
/// Normal with variance 2 / fan_in or 2 / fan_out of a weight [out, in, ...] (He et al. 2015):
/// keeps the variance of activations, or of gradients, through a ReLU.
void kaiming_normal_fan_in(const torch::Tensor& weight, Rng rng);
void kaiming_normal_fan_out(const torch::Tensor& weight, Rng rng);
/// The bound of torch.nn.Linear's and Conv2d's own initial weights and biases: 1 / sqrt(fan_in).
[[nodiscard]] double default_bound(const torch::Tensor& weight);
void constant(const torch::Tensor& tensor, double value);

}  // namespace vit::init
