#pragma once

#include <ATen/Context.h>
#include <torch/cuda.h>

#include <optional>

#include "tests/support/skip.h"
#include "vit/train/device.h"

namespace vit::test {

/// The first GPU, set to compute the same bits each time; where there is none, says that the test
/// is skipped.
inline std::optional<c10::Device> gpu() {
  if (!torch::cuda::is_available()) {
    skip("LibTorch sees no CUDA device here");
    return std::nullopt;
  }
  const c10::Device device(c10::kCUDA, 0);
  set_deterministic(device, true);
  return device;
}

/// While it lives, convolutions on a GPU are of float32: TF32, LibTorch's default, has a thousandth
/// of its precision.
struct ExactConvolutions {
  ExactConvolutions() { at::globalContext().setAllowTF32CuDNN(false); }
  ~ExactConvolutions() { at::globalContext().setAllowTF32CuDNN(true); }
  ExactConvolutions(const ExactConvolutions&) = delete;
  ExactConvolutions& operator=(const ExactConvolutions&) = delete;
};

}  // namespace vit::test
