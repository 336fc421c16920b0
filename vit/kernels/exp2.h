#pragma once

#include "vit/kernels/primitives.h"

namespace vit::kernels {

/// 2^x for x <= 0 by a polynomial of the fractional part in [-0.5, 0.5]; the relative error is
/// 4e-6 for bf16 and 2e-7 for float. Below 2^-125 it stays there: a denormal result costs a
/// hundred cycles.
template <class V, class T>
typename V::F exp2(typename V::F x) {
  using F = typename V::F;
  x = V::max(x, V::set(-125.0f));
  const F n = V::round(x), r = V::sub(x, n);
  F y;
  if constexpr (sizeof(T) == 2) {
    y = V::fma(V::set(9.6435945e-3f), r, V::set(5.5503324e-2f));
    y = V::fma(y, r, V::set(2.4022651e-1f));
  } else {
    y = V::fma(V::set(1.5403530e-4f), r, V::set(1.3333558e-3f));
    y = V::fma(y, r, V::set(9.6181291e-3f));
    y = V::fma(y, r, V::set(5.5504109e-2f));
    y = V::fma(y, r, V::set(2.4022651e-1f));
  }
  y = V::fma(y, r, V::set(6.9314718e-1f));
  return V::scale(V::fma(y, r, V::set(1.0f)), n);
}

}  // namespace vit::kernels
