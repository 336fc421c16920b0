#pragma once

#include <cmath>
#include <cstdint>

#include "vit/kernels/primitives.h"

namespace vit::kernels {

/// Four floats and plain C++: the reference of the other sets, and what runs where none of them
/// can.
struct PlainVec {
  static constexpr int width = 4;
  static constexpr int tile_rows = 2, tile_vectors = 4;
  struct F {
    float x[width];
  };

  template <class Function>
  static F map(const Function& function) {
    F result;
    for (int i = 0; i < width; ++i) result.x[i] = function(i);
    return result;
  }
  static F set(float x) {
    return map([&](int) { return x; });
  }
  static F load(const float* p) {  // a word may hold two bf16 numbers: copied, not read as floats
    F result;
    __builtin_memcpy(&result, p, sizeof result);
    return result;
  }
  static F load(const Bf16* p) {
    return map([&](int i) { return from_bits(std::uint32_t{p[i].bits} << 16); });
  }
  static void store(float* p, F a) {
    for (int i = 0; i < width; ++i) p[i] = a.x[i];
  }
  static void store(Bf16* p, F a) {
    for (int i = 0; i < width; ++i) p[i] = rounded(a.x[i]);
  }
  /// Rounded, from 0 to 255; 0 for NaN.
  static void store(std::uint8_t* p, F a) {
    for (int i = 0; i < width; ++i)
      p[i] = a.x[i] > 0 ? static_cast<std::uint8_t>(std::nearbyint(a.x[i] < 255 ? a.x[i] : 255))
                        : std::uint8_t{0};
  }
  /// a - b of whole numbers; a's lie in the memory of floats.
  static F difference(const float* a, const std::int32_t* b) {
    return map(
        [&](int i) { return static_cast<float>(static_cast<std::int32_t>(to_bits(a[i])) - b[i]); });
  }
  static F add(F a, F b) {
    return map([&](int i) { return a.x[i] + b.x[i]; });
  }
  static F sub(F a, F b) {
    return map([&](int i) { return a.x[i] - b.x[i]; });
  }
  static F mul(F a, F b) {
    return map([&](int i) { return a.x[i] * b.x[i]; });
  }
  static F fma(F a, F b, F c) {
    return map([&](int i) { return a.x[i] * b.x[i] + c.x[i]; });
  }
  static F div(F a, F b) {
    return map([&](int i) { return a.x[i] / b.x[i]; });
  }
  static F abs(F a) {
    return map([&](int i) { return std::fabs(a.x[i]); });
  }
  static F copysign(F a, F sign) {
    return map([&](int i) { return std::copysign(a.x[i], sign.x[i]); });
  }
  static F max(F a, F b) {
    return map([&](int i) { return a.x[i] > b.x[i] ? a.x[i] : b.x[i]; });
  }
  static float sum(F a) {
    float total = 0;
    for (const float element : a.x) total += element;
    return total;
  }
  static float largest(F a) {
    float result = a.x[0];
    for (const float element : a.x) result = element > result ? element : result;
    return result;
  }
  static F round(F a) {
    return map([&](int i) { return std::nearbyint(a.x[i]); });
  }
  static F scale(F a, F n) {
    return map([&](int i) { return std::ldexp(a.x[i], static_cast<int>(n.x[i])); });
  }

  static F rounded_to(F a, const float*) { return a; }
  static F rounded_to(F a, const Bf16*) {
    return map([&](int i) { return from_bits(std::uint32_t{rounded(a.x[i]).bits} << 16); });
  }

  static F word(const void* p) {
    float x;
    __builtin_memcpy(&x, p, sizeof x);
    return set(x);
  }
  static F dot(F sum, F a, F b, const float*) { return fma(a, b, sum); }
  static F dot(F sum, F a, F b, const Bf16*) {
    return map([&](int i) {
      const std::uint32_t u = to_bits(a.x[i]), v = to_bits(b.x[i]);
      return sum.x[i] + from_bits(u << 16) * from_bits(v << 16) +
             from_bits(u & 0xFFFF0000u) * from_bits(v & 0xFFFF0000u);
    });
  }
  static F dot(F sum, F a, F b, const Int8*) {
    return map([&](int i) {
      std::uint8_t u[4];
      std::int8_t v[4];
      __builtin_memcpy(u, &a.x[i], sizeof u);
      __builtin_memcpy(v, &b.x[i], sizeof v);
      auto total = static_cast<std::int32_t>(to_bits(sum.x[i]));
      for (int k = 0; k < 4; ++k) total += u[k] * v[k];
      return from_bits(static_cast<std::uint32_t>(total));
    });
  }
  static void interleave(const Bf16* a, const Bf16* b, Bf16* words) {
    for (int i = 0; i < width; ++i) {
      words[2 * i] = a == nullptr ? Bf16{0} : a[i];
      words[2 * i + 1] = b == nullptr ? Bf16{0} : b[i];
    }
  }
  static void interleave(F a, F b, Bf16* words) {
    for (int i = 0; i < width; ++i) {
      words[2 * i] = rounded(a.x[i]);
      words[2 * i + 1] = rounded(b.x[i]);
    }
  }
  static void transpose(const float* x, std::int64_t ldx, int rows, float* y, std::int64_t ldy) {
    const float zero = 0;
    for (int j = 0; j < width; ++j)
      for (int i = 0; i < width; ++i)
        __builtin_memcpy(y + j * ldy + i, i < rows ? x + i * ldx + j : &zero, sizeof zero);
  }

 private:
  static float from_bits(std::uint32_t bits) {
    float x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
  }
  static std::uint32_t to_bits(float x) {
    std::uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
  }
  /// To the nearest, ties to even.
  static Bf16 rounded(float x) {
    const std::uint32_t bits = to_bits(x);
    if (x != x) return {0x7FC0};
    return {static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16)};
  }
};

}  // namespace vit::kernels
