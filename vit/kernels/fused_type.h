#pragma once

#include <torch/types.h>

namespace vit::kernels {

/// Whether our kernels are this CPU's fastest in bf16.
[[nodiscard]] bool bf16_is_fused();

/// Whether linear layers in 8 bits are faster here than in float32: AVX-512 needs its VNNI for
/// them.
[[nodiscard]] bool int8_is_fast();

/// The type in which our kernels compute for x: bfloat16 under autocast, else float32. Undefined
/// where LibTorch's own operators are to be taken: off the CPU, while a trace is recorded, in a
/// PlainScope, for other types, and on CPUs where ours are not the faster ones (float32 needs
/// AVX-512, bfloat16 its AVX512_BF16 or AMX).
[[nodiscard]] torch::ScalarType fused_type(const torch::Tensor& x);

}  // namespace vit::kernels
