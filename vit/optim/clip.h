#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "vit/optim/options.h"
#include "vit/optim/param_groups.h"

namespace vit {

/// The common 2-norm of dense gradients, a scalar on their device.
[[nodiscard]] torch::Tensor gradient_norm(const std::vector<torch::Tensor>& gradients);

/// What gradients of this common 2-norm are to be multiplied by for it to be at most `max_norm`: 1,
/// or the coefficient of torch.nn.utils.clip_grad_norm_.
[[nodiscard]] double clip_factor(double norm, double max_norm);

/// Cuts each value of each gradient to [-limit, limit].
void clip_grad_value(const std::vector<torch::Tensor>& parameters, double limit);

/// Adaptive clipping (Brock et al. 2021, section 4): the gradient of each unit (row of a matrix,
/// output channel of a kernel) is at most `factor` times as long as its weights.
void clip_grad_adaptive(const std::vector<torch::Tensor>& parameters, double factor);

struct Clipping {
  double norm = 0;    ///< of all gradients, before
  double factor = 1;  ///< by which the update is still to multiply them: UpdateRates
};

/// Clips the gradients of all groups as clip_grad and clip_mode say (agc leaves the parameters of
/// the modules `heads` alone, as its authors do). Clipping by norm only gives the factor: the
/// update multiplies in passing, where another pass over all gradients would wait for memory.
[[nodiscard]] Clipping clip_gradients(const std::vector<ParamGroup>& groups,
                                      const OptimOptions& options,
                                      const std::vector<std::string>& heads);

}  // namespace vit
