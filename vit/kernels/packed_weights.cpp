#include "vit/kernels/packed_weights.h"

#include <ATen/ops/empty.h>

#include <cstdint>

#include "vit/kernels/linear_rows.h"
#include "vit/kernels/tensor_data.h"

namespace vit::kernels {
namespace {

thread_local FrozenWeights* innermost = nullptr;

torch::Tensor pack(const torch::Tensor& weight, torch::ScalarType type, Packing packing) {
  const std::int64_t out = weight.size(0), in = weight.size(1);
  const torch::Tensor packed = at::empty({out, in}, weight.options().dtype(type));
  const torch::Tensor rows = converted(weight, type);
  by_type(type, [&]<class T>(T) {
    const Primitives<T>& use = primitives<T>(active_isa());
    if (packing == Packing::forward)
      pack_forward<T>(use, data<T>(rows), out, in, data<T>(packed));
    else
      pack_backward<T>(use, data<T>(rows), out, in, data<T>(packed));
  });
  return packed;
}

}  // namespace

FrozenWeights::FrozenWeights() : outer_(innermost) { innermost = this; }

FrozenWeights::~FrozenWeights() { innermost = outer_; }

torch::Tensor FrozenWeights::get(const torch::Tensor& weight, torch::ScalarType type) {
  Entry& entry = entries_[{weight.data_ptr(), type}];
  if (!entry.packed.defined()) entry = {weight, pack(weight, type, Packing::forward)};
  return entry.packed;
}

torch::Tensor packed_weight(const torch::Tensor& weight, torch::ScalarType type, Packing packing) {
  if (packing == Packing::forward && innermost != nullptr) return innermost->get(weight, type);
  return pack(weight, type, packing);
}

}  // namespace vit::kernels
