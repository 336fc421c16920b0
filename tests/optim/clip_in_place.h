#pragma once

#include <torch/types.h>

#include <vector>

#include "vit/optim/clip.h"

namespace vit::test {

/// Clips gradients at once, for steps taken by hand; returns their norm before.
inline double clip_in_place(const std::vector<torch::Tensor>& parameters, double max_norm) {
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : parameters)
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  const double norm = gradient_norm(gradients).item<double>();
  for (torch::Tensor& gradient : gradients) gradient.mul_(clip_factor(norm, max_norm));
  return norm;
}

}  // namespace vit::test
