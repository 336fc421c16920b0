#pragma once

#include <cstddef>
#include <cstdint>

#include "vit/image/intrinsics.h"
#include "vit/image/vectorised.h"

#ifdef VIT_HAS_AVX2_VARIANT

#if defined(__clang__)
#define VIT_VBMI [[gnu::target("avx512f,avx512bw,avx512vbmi")]]
#else
#define VIT_VBMI [[gnu::target("avx512f,avx512bw,avx512vbmi"), gnu::optimize("O3")]]
#endif
#define VIT_VBMI_INLINE VIT_VBMI [[gnu::always_inline]] inline

namespace vit {

/// Whether the processor permutes bytes of 64-byte vectors: Ice Lake, Zen 4 and newer.
[[nodiscard]] inline bool has_vbmi() {
  static const bool answer = has_avx512() && __builtin_cpu_supports("avx512vbmi") != 0;
  return answer;
}

/// A table of 256 bytes in four registers; two permutations look 64 samples up.
struct WideTable {
  __m512i quarters[4];
};

VIT_VBMI_INLINE WideTable wide_table(const std::uint8_t* bytes) {
  WideTable result;
  for (std::size_t i = 0; i < 4; ++i) result.quarters[i] = _mm512_loadu_si512(bytes + 64 * i);
  return result;
}

VIT_VBMI_INLINE __m512i look_up(__m512i samples, const WideTable& table) {
  const __m512i low = _mm512_permutex2var_epi8(table.quarters[0], samples, table.quarters[1]);
  const __m512i high = _mm512_permutex2var_epi8(table.quarters[2], samples, table.quarters[3]);
  return _mm512_mask_blend_epi8(_mm512_movepi8_mask(samples), low, high);
}

}  // namespace vit

#endif
