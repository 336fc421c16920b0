#pragma once

#ifdef __AVX512F__

#include <immintrin.h>

#include <cstdint>

#include "vit/kernels/primitives.h"

namespace vit::kernels {

/// What a CPU has beside AVX-512: AVX512_VNNI multiplies 8-bit numbers, AVX512_BF16 (which no CPU
/// has without the first) bf16 ones.
enum class Beside512 { nothing, vnni, vnni_bf16 };

/// Sixteen floats in AVX-512 registers; what the CPU has no instructions for, by shifts and
/// rounding. Each set is a type of its own, so that no function of one is compiled with another's
/// flags.
template <Beside512 has>
struct Avx512 {
  static constexpr int width = 16;
  static constexpr int tile_rows = 6, tile_vectors = 4;  // 24 sums, 4 + 1 operands: 29 of 32
  using F = __m512;

  static F set(float x) { return _mm512_set1_ps(x); }
  static F load(const float* p) { return _mm512_loadu_ps(p); }
  static F load(const Bf16* p) {
    const __m256i half = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
  }
  static void store(float* p, F x) { _mm512_storeu_ps(p, x); }
  static void store(Bf16* p, F x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), rounded(x));
  }
  /// Rounded, the lowest eight bits.
  static void store(std::uint8_t* p, F x) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(x)));
  }
  /// a - b of whole numbers; a's lie in the memory of floats.
  static F difference(const float* a, const std::int32_t* b) {
    return _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_loadu_si512(a), _mm512_loadu_si512(b)));
  }

  static F add(F a, F b) { return _mm512_add_ps(a, b); }
  static F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F div(F a, F b) { return _mm512_div_ps(a, b); }
  static F abs(F a) { return _mm512_abs_ps(a); }
  static F copysign(F a, F sign) {
    return _mm512_or_ps(_mm512_abs_ps(a), _mm512_and_ps(sign, _mm512_set1_ps(-0.0f)));
  }
  /// y, or -y where `sign` is negative.
  static F negated_as(F sign, F y) {
    return _mm512_xor_ps(y, _mm512_and_ps(sign, _mm512_set1_ps(-0.0f)));
  }
  static F min(F a, F b) { return _mm512_min_ps(a, b); }
  static F max(F a, F b) { return _mm512_max_ps(a, b); }
  static float sum(F a) { return _mm512_reduce_add_ps(a); }
  static float largest(F a) { return _mm512_reduce_max_ps(a); }
  static F round(F x) {
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  /// x 2^n, n a whole number.
  static F scale(F x, F n) { return _mm512_scalef_ps(x, n); }

  /// 32 floats, of which `pick` gives those that the lowest five bits of each word name.
  struct Table {
    explicit Table(const float* from) : low(load(from)), high(load(from + width)) {}
    F pick(F index) const { return _mm512_permutex2var_ps(low, _mm512_castps_si512(index), high); }
    F low, high;
  };

  static F rounded_to(F x, const float*) { return x; }
  static F rounded_to(F x, const Bf16*) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(rounded(x)), 16));
  }

  /// Words: a float, two bf16 numbers, or four of 8 bits (a's without sign, b's with).
  static F word(const void* p) {
    std::int32_t bits;
    __builtin_memcpy(&bits, p, sizeof bits);
    return _mm512_castsi512_ps(_mm512_set1_epi32(bits));
  }
  static F dot(F sum, F a, F b, const float*) { return _mm512_fmadd_ps(a, b, sum); }
  static F dot(F sum, F a, F b, const Bf16*) {
#ifdef __AVX512BF16__
    if constexpr (has == Beside512::vnni_bf16)
      return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
#endif
    const F upper = _mm512_castsi512_ps(_mm512_set1_epi32(static_cast<int>(0xFFFF0000u)));
    const auto low = [](F x) {
      return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(x), 16));
    };
    sum = _mm512_fmadd_ps(low(a), low(b), sum);
    return _mm512_fmadd_ps(_mm512_and_ps(a, upper), _mm512_and_ps(b, upper), sum);
  }
  static F dot(F sum, F a, F b, const Int8*) {
    const __m512i total = _mm512_castps_si512(sum), u = _mm512_castps_si512(a),
                  v = _mm512_castps_si512(b);
#ifdef __AVX512VNNI__
    if constexpr (has != Beside512::nothing)
      return _mm512_castsi512_ps(_mm512_dpbusd_epi32(total, u, v));
#endif
    // The even and the odd bytes as 16-bit numbers.
    const __m512i even = _mm512_madd_epi16(_mm512_and_si512(u, _mm512_set1_epi16(0xFF)),
                                           _mm512_srai_epi16(_mm512_slli_epi16(v, 8), 8));
    const __m512i odd = _mm512_madd_epi16(_mm512_srli_epi16(u, 8), _mm512_srai_epi16(v, 8));
    return _mm512_castsi512_ps(_mm512_add_epi32(total, _mm512_add_epi32(even, odd)));
  }
  /// Sixteen words of a's and b's elements side by side.
  static void interleave(const Bf16* a, const Bf16* b, Bf16* words) {
    const auto halves = [](const Bf16* p) {
      return p == nullptr ? _mm256_setzero_si256()
                          : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    };
    _mm512_storeu_si512(words, alternated(halves(a), halves(b)));
  }
  static void interleave(F a, F b, Bf16* words) {
    _mm512_storeu_si512(words, alternated(rounded(a), rounded(b)));
  }
  /// y[j][i] = x[i][j] for a square of `width` words; strides in words.
  static void transpose(const float* x, std::int64_t ldx, int rows, float* y, std::int64_t ldy) {
    __m512i r[16], t[16];
    for (int i = 0; i < 16; ++i)
      r[i] = i < rows ? _mm512_loadu_si512(x + i * ldx) : _mm512_setzero_si512();
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
      t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
      r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
      r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
      r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      t[i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0x88);
      t[4 + i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0xdd);
      t[8 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0x88);
      t[12 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0xdd);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      _mm512_storeu_si512(y + i * ldy, _mm512_shuffle_i32x4(t[i], t[8 + i], 0x88));
      _mm512_storeu_si512(y + (8 + i) * ldy, _mm512_shuffle_i32x4(t[i], t[8 + i], 0xdd));
    }
  }

 private:
  /// a's and b's 16-bit numbers in turn.
  static __m512i alternated(__m256i a, __m256i b) {
    alignas(64) static constexpr std::int16_t kOrder[32] = {
        0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return _mm512_permutexvar_epi16(_mm512_load_si512(kOrder),
                                    _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1));
  }
  /// To the nearest bf16, ties to even.
  static __m256i rounded(F x) {
#ifdef __AVX512BF16__
    if constexpr (has == Beside512::vnni_bf16)
      return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x));
#endif
    const __m512i bits = _mm512_castps_si512(x);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i up = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7FFF)));
    const __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(
        _mm512_srli_epi32(_mm512_mask_blend_epi32(nan, up, _mm512_set1_epi32(0x7FC00000)), 16));
  }
};

}  // namespace vit::kernels

#endif  // __AVX512F__
