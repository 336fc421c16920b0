#pragma once

#ifdef __AVX2__

#include <immintrin.h>

#include <cstdint>

#include "vit/kernels/primitives.h"

namespace vit::kernels {

/// Eight floats in AVX2 registers; bf16 by shifts and rounding.
struct Avx2 {
  static constexpr int width = 8;
  static constexpr int tile_rows = 6, tile_vectors = 2;  // 12 sums, 2 + 1 operands: 15 of 16
  using F = __m256;

  static F set(float x) { return _mm256_set1_ps(x); }
  static F load(const float* p) { return _mm256_loadu_ps(p); }
  static F load(const Bf16* p) {
    const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(half), 16));
  }
  static void store(float* p, F x) { _mm256_storeu_ps(p, x); }
  static void store(Bf16* p, F x) {
    const __m256i words = rounded(x);
    const __m128i half =
        _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), half);
  }
  /// Rounded, from 0 to 255.
  static void store(std::uint8_t* p, F x) {
    const __m256i words = _mm256_cvtps_epi32(x);
    const __m128i half =
        _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(half, half));
  }
  /// a - b of whole numbers; a's lie in the memory of floats.
  static F difference(const float* a, const std::int32_t* b) {
    return _mm256_cvtepi32_ps(
        _mm256_sub_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(a)),
                         _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b))));
  }

  static F add(F a, F b) { return _mm256_add_ps(a, b); }
  static F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static F div(F a, F b) { return _mm256_div_ps(a, b); }
  static F abs(F a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
  static F copysign(F a, F sign) {
    return _mm256_or_ps(abs(a), _mm256_and_ps(sign, _mm256_set1_ps(-0.0f)));
  }
  static F max(F a, F b) { return _mm256_max_ps(a, b); }
  static float sum(F a) {
    float x[8], total = 0;
    store(x, a);
    for (const float element : x) total += element;
    return total;
  }
  static float largest(F a) {
    float x[8];
    store(x, a);
    float result = x[0];
    for (const float element : x) result = element > result ? element : result;
    return result;
  }
  static F round(F x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  /// x 2^n, n a whole number for which 2^n is normal.
  static F scale(F x, F n) {
    const __m256i exponent =
        _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_mul_ps(x, _mm256_castsi256_ps(exponent));
  }

  static F rounded_to(F x, const float*) { return x; }
  static F rounded_to(F x, const Bf16*) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(rounded(x), 16));
  }

  static F word(const void* p) {
    std::int32_t bits;
    __builtin_memcpy(&bits, p, sizeof bits);
    return _mm256_castsi256_ps(_mm256_set1_epi32(bits));
  }
  static F dot(F sum, F a, F b, const float*) { return _mm256_fmadd_ps(a, b, sum); }
  static F dot(F sum, F a, F b, const Bf16*) {
    const F upper = _mm256_castsi256_ps(_mm256_set1_epi32(static_cast<int>(0xFFFF0000u)));
    const auto low = [](F x) {
      return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(x), 16));
    };
    sum = _mm256_fmadd_ps(low(a), low(b), sum);
    return _mm256_fmadd_ps(_mm256_and_ps(a, upper), _mm256_and_ps(b, upper), sum);
  }
  static F dot(F sum, F a, F b, const Int8*) {
    const __m256i u = _mm256_castps_si256(a), v = _mm256_castps_si256(b);
    // The even and the odd bytes as 16-bit numbers.
    const __m256i even = _mm256_madd_epi16(_mm256_and_si256(u, _mm256_set1_epi16(0xFF)),
                                           _mm256_srai_epi16(_mm256_slli_epi16(v, 8), 8));
    const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(u, 8), _mm256_srai_epi16(v, 8));
    return _mm256_castsi256_ps(
        _mm256_add_epi32(_mm256_castps_si256(sum), _mm256_add_epi32(even, odd)));
  }
  static void interleave(const Bf16* a, const Bf16* b, Bf16* words) {
    const auto widen = [](const Bf16* p) {
      return p == nullptr
                 ? _mm256_setzero_si256()
                 : _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    };
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(words),
                        _mm256_or_si256(widen(a), _mm256_slli_epi32(widen(b), 16)));
  }
  static void interleave(F a, F b, Bf16* words) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(words),
                        _mm256_or_si256(rounded(a), _mm256_slli_epi32(rounded(b), 16)));
  }
  static void transpose(const float* x, std::int64_t ldx, int rows, float* y, std::int64_t ldy) {
    for (int j = 0; j < 8; ++j)
      for (int i = 0; i < 8; ++i)
        __builtin_memcpy(y + j * ldy + i, i < rows ? x + i * ldx + j : &kZero, sizeof(float));
  }

 private:
  static constexpr float kZero = 0;
  /// To the nearest bf16, ties to even, in the lower halves of the words.
  static __m256i rounded(F x) {
    const __m256i bits = _mm256_castps_si256(x);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i up = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFF)));
    const __m256 nan = _mm256_cmp_ps(x, x, _CMP_UNORD_Q);
    const __m256 quiet = _mm256_castsi256_ps(_mm256_set1_epi32(0x7FC00000));
    return _mm256_srli_epi32(
        _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(up), quiet, nan)), 16);
  }
};

}  // namespace vit::kernels

#endif  // __AVX2__
