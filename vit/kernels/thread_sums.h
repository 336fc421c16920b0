#pragma once

#include <ATen/Parallel.h>
#include <ATen/ops/zeros.h>

#include "vit/kernels/tensor_data.h"

namespace vit::kernels {

/// Sums over rows [width] that every thread of a parallel_for keeps for itself, added up in the
/// order of the threads: the same from run to run.
class ThreadSums {
 public:
  explicit ThreadSums(std::int64_t width)
      : sums_(at::zeros({at::get_num_threads(), width}, torch::kFloat32)) {}
  [[nodiscard]] float* own() const {
    return data<float>(sums_) + at::get_thread_num() * sums_.size(1);
  }
  [[nodiscard]] torch::Tensor total() const { return sums_.sum(0); }

 private:
  torch::Tensor sums_;
};

}  // namespace vit::kernels
