#pragma once

#include "vit/kernels/exp2.h"
#include "vit/kernels/gelu_table.h"

namespace vit::kernels {

/// GELU(x) = x Phi(x) and its derivative Phi(x) + x phi(x), in vectors V of a set whose numbers are
/// T. One is made before a loop, so that what it reads stays in registers.
///
/// With one exponential: Phi(-|x|) = poly(t) exp(-x^2 / 2), t = 1 / (1 + p |x| / sqrt(2))
/// (Abramowitz and Stegun 7.1.25 for bf16, absolute error 3e-5; 7.1.26 for float, 2e-7).
template <class V, class T>
struct Gelu {
  using F = typename V::F;

  void operator()(F x, F& value, F& derivative) const {
    const F bell = exp2<V, T>(V::mul(V::mul(x, x), V::set(-0.72134752f)));  // exp(-x^2 / 2)
    constexpr float kP = sizeof(T) == 2 ? 0.47047f : 0.3275911f;
    const F t = V::div(V::set(1.0f), V::fma(V::abs(x), V::set(kP * 0.70710678f), V::set(1.0f)));
    F tail;  // halves of the book's coefficients
    if constexpr (sizeof(T) == 2) {
      tail = V::fma(V::set(0.3739278f), t, V::set(-0.0479399f));
      tail = V::fma(tail, t, V::set(0.1740121f));
    } else {
      tail = V::fma(V::set(0.5307027145f), t, V::set(-0.7265760135f));
      tail = V::fma(tail, t, V::set(0.7107068705f));
      tail = V::fma(tail, t, V::set(-0.142248368f));
      tail = V::fma(tail, t, V::set(0.127414796f));
    }
    tail = V::mul(V::mul(tail, t), bell);
    const F phi = V::add(V::set(0.5f), V::copysign(V::sub(V::set(0.5f), tail), x));
    value = V::mul(x, phi);
    derivative = V::fma(V::mul(x, V::set(0.39894228f)), bell, phi);
  }
};

/// bf16 by look-up, where the vectors can: a third of the time.
template <class V>
requires requires { typename V::Table; }
struct Gelu<V, Bf16> {
  using F = typename V::F;

  void operator()(F x, F& value, F& derivative) const {
    const F u = V::min(V::mul(V::abs(x), V::set(GeluTable::kPerUnit)), V::set(GeluTable::kLast));
    const F shifted = V::add(u, V::set(0x1p23f));  // the nearest whole number is in the lowest bits
    const F rest = V::sub(u, V::sub(shifted, V::set(0x1p23f)));
    const F phi = values.at(shifted, rest, x);
    value = V::mul(x, phi);
    derivative = slopes.at(shifted, rest, x);
  }

 private:
  struct Parabolas {
    explicit Parabolas(const GeluTable::Parabolas& from)
        : constant(from.constant.data()), linear(from.linear.data()), square(from.square.data()) {}
    F at(F index, F rest, F sign) const {
      F y = V::fma(square.pick(index), rest, linear.pick(index));
      y = V::fma(y, rest, constant.pick(index));
      return V::add(V::set(0.5f), V::negated_as(sign, y));
    }
    typename V::Table constant, linear, square;
  };
  Parabolas values{gelu_table().value}, slopes{gelu_table().slope};
};

}  // namespace vit::kernels
