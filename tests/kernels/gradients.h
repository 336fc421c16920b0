#pragma once

#include <torch/autograd.h>
#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

#include "vit/nn/init.h"
#include "vit/train/autocast.h"

namespace vit::test {

/// Normal numbers.
inline torch::Tensor random(std::vector<std::int64_t> shape, std::uint64_t seed, double std = 1.0) {
  torch::Tensor x = torch::empty(shape);
  init::normal(x, std, Rng(seed, Stream::bench));
  return x;
}

/// ||found - expected|| / ||expected||.
inline double relative(const torch::Tensor& found, const torch::Tensor& expected) {
  const torch::Tensor reference = expected.to(torch::kFloat64);
  return ((found.to(torch::kFloat64) - reference).norm() / reference.norm().clamp_min(1e-30))
      .item<double>();
}

/// The value of `model` and the gradients of all that it was given.
inline std::vector<torch::Tensor> with_gradients(const std::function<torch::Tensor()>& model,
                                                 const std::vector<torch::Tensor>& inputs,
                                                 const std::string& amp) {
  torch::Tensor y;
  {
    const Autocast autocast(c10::kCPU, amp);
    y = model();
  }
  const torch::Tensor direction = random(y.sizes().vec(), 99);
  std::vector<torch::Tensor> results =
      torch::autograd::grad({(y.to(torch::kFloat32) * direction).sum()}, inputs);
  results.insert(results.begin(), y.detach());
  return results;
}

}  // namespace vit::test
