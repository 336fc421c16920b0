#pragma once

#include <ATen/Parallel.h>
#include <ATen/ceil_div.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <atomic>

#include "vit/kernels/tensor_data.h"

namespace vit::kernels {

/// body(i) for i in [0, count), each by the thread that is free first: a core that is slow for a
/// while, for it also decodes pictures or is not ours alone, does not hold up the others.
template <class Body>
void for_each_item(std::int64_t count, const Body& body) {
  std::atomic<std::int64_t> next{0};
  const std::int64_t threads = std::min<std::int64_t>(at::get_num_threads(), count);
  at::parallel_for(0, threads, 1, [&](std::int64_t, std::int64_t) {
    for (std::int64_t i = next++; i < count; i = next++) body(i);
  });
}

/// Rows (tokens) in blocks for the threads to share. How they are cut depends on the number of rows
/// and threads alone, so that sums kept for each block are the same from run to run.
class RowBlocks {
 public:
  explicit RowBlocks(std::int64_t rows) : rows_(rows) {
    constexpr std::int64_t kLeast = 48, kUsual = 192, kMost = 64;
    const std::int64_t parts =
        std::clamp(rows / kUsual, std::clamp<std::int64_t>(rows / kLeast, 1, at::get_num_threads()),
                   std::max<std::int64_t>(kMost, at::get_num_threads()));
    size_ = round_up(at::ceil_div(rows, parts), parts > at::get_num_threads() ? 64 : 16);
  }

  [[nodiscard]] std::int64_t count() const { return at::ceil_div(rows_, size_); }

  /// body(block, first row, end) for all of them.
  template <class Body>
  void for_each(const Body& body) const {
    for_each_item(count(),
                  [&](std::int64_t i) { body(i, i * size_, std::min(rows_, (i + 1) * size_)); });
  }

 private:
  std::int64_t rows_, size_;
};

/// Sums over rows [width], for each block by itself and then added up in their order.
class BlockSums {
 public:
  BlockSums(const RowBlocks& blocks, std::int64_t width)
      : sums_(at::zeros({blocks.count(), width}, torch::kFloat32)) {}
  [[nodiscard]] float* of(std::int64_t block) const {
    return data<float>(sums_) + block * sums_.size(1);
  }
  [[nodiscard]] torch::Tensor total() const { return sums_.sum(0); }

 private:
  torch::Tensor sums_;
};

}  // namespace vit::kernels
