#pragma once

#include <cstdint>

#include "vit/kernels/primitives.h"

/// Linear layers with products of 8-bit numbers, on ranges of rows, for prediction alone. A row of
/// activations x is rounded to u = x / s + 128 by its own scale s, an output channel w of a weight
/// to v = w / t by its own scale t, so that x w = s t (sum u v - 128 sum v). T is the type of what
/// goes in and comes out; the widths are multiples of 32.
namespace vit::kernels {

/// A weight [out, in] in 8 bits: its transpose in the panels of a PackedWeight.
struct QuantizedWeight {
  const Int8* packed;
  const float* scales;          ///< t [out]
  const std::int32_t* offsets;  ///< 128 sum v [out]
  std::int64_t in, out;
};

/// Packs v [out, in].
void pack_quantized(const Int8Primitives& int8, const Int8* v, std::int64_t out, std::int64_t in,
                    Int8* packed);

/// y [rows, out] = x W^T + bias for the rows [begin, end); bias may be null.
template <class T>
void quantized_linear(const Primitives<T>& use, const Int8Primitives& int8, std::int64_t begin,
                      std::int64_t end, const T* x, const QuantizedWeight& weight,
                      const float* bias, T* y);

/// fc2(GELU(fc1(x))) for the rows [begin, end).
template <class T>
void quantized_mlp(const Primitives<T>& use, const Int8Primitives& int8, std::int64_t begin,
                   std::int64_t end, const T* x, const QuantizedWeight& fc1, const float* bias1,
                   const QuantizedWeight& fc2, const float* bias2, T* y);

}  // namespace vit::kernels
