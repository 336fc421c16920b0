#pragma once

#include <span>

#include "vit/image/resample_kernels.h"
#include "vit/image/vectorised.h"

#ifdef VIT_HAS_AVX2_VARIANT
namespace vit {

// The loops of resample_kernels.h by AVX-512's dot products of four bytes (VNNI): four taps at
// once. A weight of 24 bits is split into three signed bytes, 65536 a + 256 b + c; sums are the
// same, so the result is.

/// Whether the processor has VNNI and VBMI: Ice Lake, Zen 4 and newer.
[[nodiscard]] bool has_vnni();

/// Three channels.
void resample_rows_vnni(const Image& from, int first_row, std::span<const Taps> taps, Image& to);
void resample_columns_vnni(const Image& from, int first_column, std::span<const Taps> taps,
                           Image& to);

}  // namespace vit
#endif
