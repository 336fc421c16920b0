#pragma once

#include <utility>

/// Loops that are written once and compiled twice on x86: for any processor, and for those with
/// AVX2. Both give the same bits: AVX2 alone brings no fused multiply-add.
#define VIT_INLINE [[gnu::always_inline]] inline
/// Goes behind the parameters of a lambda: `vectorised([&]() VIT_INLINED { ... })`.
#define VIT_INLINED __attribute__((always_inline))

#if defined(__x86_64__) && defined(__GNUC__)
#define VIT_HAS_AVX2_VARIANT 1
#if defined(__clang__)
#define VIT_AVX2 [[gnu::target("avx2")]]
#else
#define VIT_AVX2 [[gnu::target("avx2"), gnu::optimize("O3")]]  // O2 leaves most loops scalar
#endif
#endif

namespace vit {

#ifdef VIT_HAS_AVX2_VARIANT
[[nodiscard]] inline bool has_avx2() {
  static const bool answer = __builtin_cpu_supports("avx2") != 0;
  return answer;
}

template <class Body>
VIT_AVX2 void run_with_avx2(const Body& body) {
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

}  // namespace vit
