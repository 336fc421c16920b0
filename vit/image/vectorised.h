#pragma once

#include <utility>

/// Loops that are written once and compiled several times on x86: for any processor, for those with
/// AVX2 and, where it pays, for those with AVX-512. All give the same bits: AVX2 alone brings no
/// fused multiply-add, and AVX-512's is turned off.
#define VIT_INLINE [[gnu::always_inline]] inline
/// Goes behind the parameters of a lambda: `vectorised([&]() VIT_INLINED { ... })`.
#define VIT_INLINED __attribute__((always_inline))

#if defined(__x86_64__) && defined(__GNUC__)
#define VIT_HAS_AVX2_VARIANT 1
#if defined(__clang__)
#define VIT_AVX2 [[gnu::target("avx2")]]
#define VIT_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl")]]
#else
#define VIT_AVX2 [[gnu::target("avx2"), gnu::optimize("O3")]]  // O2 leaves most loops scalar
#define VIT_AVX512 \
  [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl"), gnu::optimize("O3", "fp-contract=off")]]
#endif
#endif

namespace vit {

#ifdef VIT_HAS_AVX2_VARIANT
[[nodiscard]] inline bool has_avx2() {
  static const bool answer = __builtin_cpu_supports("avx2") != 0;
  return answer;
}

/// What servers since Skylake and Zen 4 have.
[[nodiscard]] inline bool has_avx512() {
  static const bool answer =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  return answer;
}

template <class Body>
VIT_AVX2 void run_with_avx2(const Body& body) {
  body();
}

template <class Body>
VIT_AVX512 void run_with_avx512(const Body& body) {
  body();
}
#endif

/// Runs `body`, a lambda marked VIT_INLINED, compiled for the processor at hand.
template <class Body>
void vectorised(const Body& body) {
#ifdef VIT_HAS_AVX2_VARIANT
  if (has_avx2()) {
    run_with_avx2(body);
    return;
  }
#endif
  body();
}

/// The same for bodies that work on vectors of 64 bytes.
template <class Body>
void vectorised_wide(const Body& body) {
#ifdef VIT_HAS_AVX2_VARIANT
  if (has_avx512()) {
    run_with_avx512(body);
    return;
  }
#endif
  vectorised(body);
}

}  // namespace vit
