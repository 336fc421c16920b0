#pragma once

#include <cstdint>

#include "vit/kernels/primitives.h"

namespace vit::kernels {

/// A weight [out, in] rounded to 8 bits, as the right operand of linear layers, for prediction
/// alone: its transpose in the panels of a PackedWeight. A row of activations x is rounded to
/// u = x / s + 128 by its own scale s, an output channel w of the weight to v = w / t by its own
/// scale t, so that x w = s t (sum u v - 128 sum v). Widths are multiples of 32.
struct QuantizedWeight {
  const Int8Primitives* int8;  ///< what packed it, and multiplies it
  const Int8* packed;
  const float* scales;          ///< t [out]
  const std::int32_t* offsets;  ///< 128 sum v [out]
  std::int64_t in, out;
};

/// Packs v [out, in].
void pack_quantized(const Int8Primitives& int8, const Int8* v, std::int64_t out, std::int64_t in,
                    Int8* packed);

}  // namespace vit::kernels
