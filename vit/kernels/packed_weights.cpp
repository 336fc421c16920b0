#include "vit/kernels/packed_weights.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <limits>

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

Int8Weight quantize(const torch::Tensor& weight) {
  const torch::Tensor scales = weight.abs().amax(1) / 127;
  // A row of zeros has no scale; NaN stays in the scale.
  const torch::Tensor v =
      (weight / scales.clamp_min(std::numeric_limits<float>::min()).unsqueeze(1))
          .round()
          .nan_to_num(0)
          .clamp(-127, 127)
          .to(torch::kChar);
  const Int8Weight result{at::empty_like(v), scales,
                          v.sum(1, /*keepdim=*/false, torch::kInt32) * 128};
  pack_quantized(int8_primitives(active_isa()), data<Int8>(v), v.size(0), v.size(1),
                 data<Int8>(result.packed));
  return result;
}

}  // namespace

QuantizedWeight Int8Weight::operand() const {
  return {&int8_primitives(active_isa()), data<Int8>(packed), data<float>(scales),
          data<std::int32_t>(offsets),    packed.size(1),     packed.size(0)};
}

FrozenWeights::FrozenWeights(Products products) : products_(products), outer_(innermost) {
  innermost = this;
}

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

std::optional<Int8Weight> int8_weight(const torch::Tensor& weight) {
  if (innermost == nullptr || innermost->products_ != Products::int8 ||
      at::GradMode::is_enabled() || weight.size(1) > kMostInt8Depth)
    return std::nullopt;
  FrozenWeights::Int8Entry& entry = innermost->int8_[weight.data_ptr()];
  if (!entry.weight.defined()) entry = {weight, quantize(weight)};
  return entry.quantized;
}

}  // namespace vit::kernels
