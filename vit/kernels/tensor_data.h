#pragma once

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "vit/kernels/primitives.h"

/// From tensors to what the kernels take.
namespace vit::kernels {

/// The tensor's memory; null where there is no tensor.
template <class T>
T* data(const torch::Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

/// As an argument of a function that autograd records, which takes no undefined tensor.
inline std::optional<torch::Tensor> given(const torch::Tensor& tensor) {
  return tensor.defined() ? std::optional(tensor) : std::nullopt;
}

/// How many rows x [..., D] has.
inline std::int64_t rows_of(const torch::Tensor& x) { return x.numel() / x.size(-1); }

/// Calls use(float) or use(Bf16).
template <class Function>
void by_type(torch::ScalarType type, const Function& use) {
  if (type == torch::kBFloat16)
    use(Bf16{});
  else
    use(float{});
}

/// `x` in `type`, contiguous; x itself where it is that already.
inline torch::Tensor converted(const torch::Tensor& x, torch::ScalarType type) {
  if (x.scalar_type() == type || x.scalar_type() != torch::kFloat32 || type != torch::kBFloat16 ||
      x.numel() % 16 != 0)
    return x.to(type).contiguous();
  const torch::Tensor from = x.contiguous(), to = at::empty(x.sizes(), x.options().dtype(type));
  const Primitives<Bf16>& use = primitives<Bf16>(active_isa());
  at::parallel_for(0, x.numel() / 16, 4096, [&](std::int64_t begin, std::int64_t end) {
    use.convert(data<float>(from) + begin * 16, (end - begin) * 16, data<Bf16>(to) + begin * 16);
  });
  return to;
}

}  // namespace vit::kernels
