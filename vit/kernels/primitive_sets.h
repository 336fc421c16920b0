#pragma once

#include "vit/kernels/primitives.h"

/// The sets that are compiled, each in a file of its own with its own compiler flags.
namespace vit::kernels {

extern const Primitives<float> plain_float;
extern const Primitives<Bf16> plain_bf16;
extern const Int8Primitives plain_int8;

#if defined(__x86_64__)
extern const Primitives<float> avx2_float, avx512_float, avx512_bf16_float;
extern const Primitives<Bf16> avx2_bf16, avx512_bf16, avx512_bf16_bf16;
extern const Int8Primitives avx2_int8, avx512_int8, avx512_vnni_int8, avx512_bf16_int8;
#endif

}  // namespace vit::kernels
