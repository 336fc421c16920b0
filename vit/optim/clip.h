#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "vit/optim/options.h"
#include "vit/optim/param_groups.h"

namespace vit {

/// The common 2-norm of dense gradients, a scalar on their device.
[[nodiscard]] torch::Tensor gradient_norm(const std::vector<torch::Tensor>& gradients);

/// Scales all gradients so that their common 2-norm is at most `max_norm`, as
/// torch.nn.utils.clip_grad_norm_ does, and returns the norm before (a scalar on their device).
/// An infinite `max_norm` only measures.
torch::Tensor clip_grad_norm(const std::vector<torch::Tensor>& parameters, double max_norm);

/// Cuts each value of each gradient to [-limit, limit].
void clip_grad_value(const std::vector<torch::Tensor>& parameters, double limit);

/// Adaptive clipping (Brock et al. 2021, section 4): the gradient of each unit (row of a matrix,
/// output channel of a kernel) is at most `factor` times as long as its weights.
void clip_grad_adaptive(const std::vector<torch::Tensor>& parameters, double factor);

/// Clips the gradients of all groups as clip_grad and clip_mode say (agc leaves the parameters of
/// the module `classifier` alone, as its authors do), and returns their common norm before.
[[nodiscard]] double clip_gradients(const std::vector<ParamGroup>& groups,
                                    const OptimOptions& options, const std::string& classifier);

}  // namespace vit
