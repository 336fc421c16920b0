#pragma once

#include <array>

namespace vit::kernels {

/// GELU by look-up: Phi(u) - 1/2 and its sum with u phi(u), each a parabola in each of 32 segments
/// around u = i / kPerUnit. Both functions are odd, so u = |x| suffices; from 5 on they are 1/2.
struct GeluTable {
  static constexpr float kPerUnit = 6.2f;
  static constexpr float kLast = 31.0f;
  using Row = std::array<float, 32>;
  /// Coefficients of 1, f and f^2, f in [-1/2, 1/2] from the segment's middle. The absolute errors
  /// are 1e-5 (value) and 4e-5 (slope): far below what bf16 rounds away.
  struct Parabolas {
    Row constant, linear, square;
  };
  Parabolas value, slope;
};

[[nodiscard]] const GeluTable& gelu_table();

}  // namespace vit::kernels
