#pragma once

#include <algorithm>

#include "vit/kernels/residual.h"
#include "vit/kernels/row_blocks.h"
#include "vit/kernels/tensor_data.h"

namespace vit::kernels {

/// body(primitives of `type`, block, begin, end) for the rows of all blocks, as many at a time as
/// stay in a cache.
template <class Body>
void for_rows_of(const RowBlocks& blocks, torch::ScalarType type, const Body& body) {
  constexpr std::int64_t kAtATime = 32;
  by_type(type, [&]<class T>(T) {
    const Primitives<T>& use = primitives<T>(active_isa());
    blocks.for_each([&](std::int64_t block, std::int64_t begin, std::int64_t end) {
      for (; begin < end; begin += kAtATime)
        body(use, block, begin, std::min(end, begin + kAtATime));
    });
  });
}

/// A residual branch as the rows that the primitives take.
class ResidualRows {
 public:
  /// `x` is what the branch is added to; the value is taken in `type`, and may be undefined where
  /// only the gradient of a branch without channels is asked for.
  ResidualRows(const torch::Tensor& x, const ResidualBranch& branch, torch::ScalarType type)
      : value_(branch.value.defined() ? converted(branch.value, type) : branch.value),
        channels_(branch.channels.defined() ? branch.channels.contiguous() : branch.channels),
        samples_(branch.samples.defined() ? converted(branch.samples, torch::kFloat32)
                                          : branch.samples),
        width_(x.size(-1)),
        rows_in_sample_(rows_of(x) / x.size(0)) {}

  /// sum = x + the branch, in rows [begin, end).
  template <class T>
  void add(const Primitives<T>& use, std::int64_t begin, std::int64_t end, const float* x,
           float* sum) const {
    by_sample(begin, end, [&](std::int64_t at, std::int64_t rows, float factor) {
      use.add(x + at, data<T>(value_) + at, rows, width_, data<float>(channels_), factor, sum + at);
    });
  }

  /// From the gradient of the sum that of the value; that of the channels is added to
  /// `channel_sums`.
  template <class T>
  void gradient(const Primitives<T>& use, std::int64_t begin, std::int64_t end, const float* dsum,
                T* dvalue, float* channel_sums) const {
    by_sample(begin, end, [&](std::int64_t at, std::int64_t rows, float factor) {
      use.add_gradient(dsum + at, channels_.defined() ? data<T>(value_) + at : nullptr, rows,
                       width_, data<float>(channels_), factor, dvalue + at, channel_sums);
    });
  }

 private:
  /// use(first element, rows, factor) for each sample in rows [begin, end).
  template <class Use>
  void by_sample(std::int64_t begin, std::int64_t end, const Use& use) const {
    if (!samples_.defined()) return use(begin * width_, end - begin, 1.0f);
    while (begin < end) {
      const std::int64_t sample = begin / rows_in_sample_;
      const std::int64_t stop = std::min(end, (sample + 1) * rows_in_sample_);
      use(begin * width_, stop - begin, data<float>(samples_)[sample]);
      begin = stop;
    }
  }

  torch::Tensor value_, channels_, samples_;
  std::int64_t width_, rows_in_sample_;
};

}  // namespace vit::kernels
