#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "vit/core/rng.h"
#include "vit/kernels/primitives.h"

namespace vit::test {

inline double to_double(float x) { return x; }
inline double to_double(kernels::Bf16 x) {
  const std::uint32_t bits = std::uint32_t{x.bits} << 16;
  float y;
  std::memcpy(&y, &bits, sizeof y);
  return y;
}

/// `count` standard normal numbers, cut to what T can hold.
template <class T>
std::vector<T> numbers(std::int64_t count, std::uint64_t seed) {
  Rng rng(seed, Stream::bench);
  std::vector<T> x(static_cast<std::size_t>(count));
  for (T& element : x) {
    const auto value = static_cast<float>(rng.normal());
    if constexpr (sizeof(T) == 2) {
      std::uint32_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      element.bits = static_cast<std::uint16_t>(bits >> 16);
    } else {
      element = value;
    }
  }
  return x;
}

/// ||found - expected|| / ||expected||.
template <class T>
double relative_error(const std::vector<T>& found, const std::vector<double>& expected) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference += std::pow(to_double(found[i]) - expected[i], 2);
    norm += std::pow(expected[i], 2);
  }
  return norm == 0 ? std::sqrt(difference) : std::sqrt(difference / norm);
}

/// Every set that this machine may run (AMX: VIT_CPU_ISA=amx), the plain one first.
inline std::vector<kernels::Isa> runnable_sets() {
  using kernels::Isa;
  std::vector<Isa> sets;
  for (const Isa isa :
       {Isa::plain, Isa::avx2, Isa::avx512, Isa::avx512_vnni, Isa::avx512_bf16, Isa::amx})
    if (isa <= kernels::active_isa()) sets.push_back(isa);
  return sets;
}

}  // namespace vit::test
