#pragma once

#include <torch/types.h>

namespace vit {

/// x on the device of `other`. Where it is there already nothing is done and a trace records
/// nothing: an exported model has no device of its own.
inline torch::Tensor beside(const torch::Tensor& x, const torch::Tensor& other) {
  return x.device() == other.device() ? x : x.to(other.device());
}

}  // namespace vit
