#pragma once

#include <span>

#include "vit/image/resample_kernels.h"
#include "vit/image/vectorised.h"

#ifdef VIT_HAS_AVX2_VARIANT
namespace vit {

// The loops of resample_kernels.h by AVX2's multiplication of 16-bit pairs: two taps at once. A
// weight of 24 bits is split into 256 high + low; sums are the same, so the result is.

/// Three channels.
void resample_rows_avx2(const Image& from, int first_row, std::span<const Taps> taps, Image& to);
void resample_columns_avx2(const Image& from, int first_column, std::span<const Taps> taps,
                           Image& to);

}  // namespace vit
#endif
