#pragma once

#include <torch/serialize.h>
#include <torch/types.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "vit/nn/init.h"

namespace vit::test {

/// Standard normal numbers, the same on every run.
inline torch::Tensor random_tensor(const std::vector<std::int64_t>& shape, std::uint64_t seed = 4) {
  torch::Tensor x = torch::empty(shape);
  init::normal(x, 1.0, Rng(seed, Stream::bench));
  return x;
}

/// Every parameter random, also those that start as constants.
template <class Holder>
void randomize(Holder& module) {
  std::uint64_t index = 0;
  for (torch::Tensor& parameter : module->parameters())
    init::normal(parameter, 0.2, Rng(3, Stream::init, 0, index++));
}

/// The parameters that a loss on `output` does not reach: none, where the forward pass uses all.
template <class Holder>
std::vector<std::string> without_gradient(Holder& module, const torch::Tensor& output) {
  module->zero_grad();
  (output * random_tensor(output.sizes().vec(), 9)).sum().backward();
  std::vector<std::string> names;
  for (const auto& item : module->named_parameters())
    if (!item->grad().defined() || item->grad().abs().max().template item<float>() == 0)
      names.push_back(item.key());
  return names;
}

template <class Holder>
Holder clone_of(Holder& module) {
  return Holder(std::dynamic_pointer_cast<typename Holder::ContainedType>(module->clone()));
}

/// `fresh` with the weights of `module`, by way of LibTorch's own file format.
template <class Holder>
Holder saved_and_loaded(Holder& module, Holder fresh) {
  std::stringstream bytes;
  torch::save(module, bytes);
  torch::load(fresh, bytes);
  return fresh;
}

}  // namespace vit::test
