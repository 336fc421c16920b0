#pragma once

#include <cmath>

#include "vit/kernels/matmul_tiles.h"
#include "vit/kernels/primitives.h"
#include "vit/kernels/vector_rows.h"

/// The primitives in terms of one vector type V: see vec_plain.h for what V must have.
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

/// GELU and its derivative with one exponential: x Phi(x) and Phi(x) + x phi(x), where
/// Phi(-|x|) = poly(t) exp(-x^2 / 2), t = 1 / (1 + p |x| / sqrt(2)) (Abramowitz and Stegun 7.1.25
/// for bf16, absolute error 3e-5; 7.1.26 for float, 2e-7).
template <class V, class T>
void gelu(typename V::F x, typename V::F& value, typename V::F& derivative) {
  using F = typename V::F;
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

inline void nothing() {}

template <class V, class T>
struct VectorPrimitives : private VectorRows<V, T> {
  using Index = std::int64_t;
  using F = typename V::F;
  using Rows = VectorRows<V, T>;
  using Rows::add_columns;
  static constexpr Index W = V::width;
  static constexpr bool paired = sizeof(T) == 2;

  static void pack(const T* x, Index ldx, Index rows, Index padded, Index columns, T* packed) {
    if constexpr (paired) {
      for (Index i = 0; i < padded; i += 2, packed += 2 * columns)
        for (Index j = 0; j < columns; j += W)
          V::interleave(i < rows ? x + i * ldx + j : nullptr,
                        i + 1 < rows ? x + (i + 1) * ldx + j : nullptr, packed + 2 * j);
    } else {
      for (Index i = 0; i < padded; ++i, packed += columns)
        for (Index j = 0; j < columns; j += W)
          V::store(packed + j, i < rows ? V::load(x + i * ldx + j) : V::set(0));
    }
  }

  /// y [columns, ldy] = x^T, x [rows, columns] in words; rows are filled up to ldy with zeros.
  static void transpose_words(const T* x, Index ldx, Index rows, Index columns, T* y, Index ldy) {
    const auto* from = reinterpret_cast<const float*>(x);
    auto* to = reinterpret_cast<float*>(y);
    for (Index i = 0; i < ldy; i += W) {
      const Index there = rows - i < 0 ? 0 : rows - i < W ? rows - i : W;
      Index j = 0;
      for (; j + W <= columns; j += W)
        V::transpose(from + i * ldx + j, ldx, static_cast<int>(there), to + j * ldy + i, ldy);
      for (; j < columns; ++j)  // fewer than a vector: word by word, whatever a word holds
        for (Index k = 0; k < W; ++k) {
          float word = 0;
          if (k < there) __builtin_memcpy(&word, from + (i + k) * ldx + j, sizeof word);
          __builtin_memcpy(to + j * ldy + i + k, &word, sizeof word);
        }
    }
  }

  static void pack_transposed(const T* x, Index ldx, Index rows, Index padded, Index columns,
                              T* packed) {
    constexpr Index in_word = paired ? 2 : 1;
    transpose_words(x, ldx / in_word, rows, columns / in_word, packed, padded);
  }

  static void transpose_packed(const T* packed, Index rows, Index columns, T* transposed) {
    constexpr Index in_word = paired ? 2 : 1;
    transpose_words(packed, columns, rows / in_word, columns, transposed, rows / in_word);
  }

  static void softmax(float* s, Index rows, Index columns, Index padded, float c, T* p,
                      float* inverse, float* lse2) {
    for (Index i = 0; i < rows; ++i, s += padded, p += padded) {
      for (Index j = columns; j < padded; ++j) s[j] = -1e30f;
      F most = V::load(s);
      for (Index j = W; j < padded; j += W) most = V::max(most, V::load(s + j));
      const float top = V::largest(most) * c;
      const F factor = V::set(c), shift = V::set(-top);
      F total = V::set(0);
      for (Index j = 0; j < padded; j += W) {
        const F e = exp2<V, T>(V::fma(V::load(s + j), factor, shift));
        total = V::add(total, e);
        V::store(p + j, e);
      }
      const float sum = V::sum(total);
      inverse[i] = 1.0f / sum;
      lse2[i] = top + std::log2(sum);
    }
  }

  static void softmax_gradient(const float* s, const float* dp, Index rows, Index columns, float c,
                               const float* lse2, const float* delta, T* p, T* ds, T* ds_packed) {
    const F factor = V::set(c);
    const auto element = [&](Index at, Index j, F& weight) {
      const F x = V::sub(V::mul(V::load(s + at), factor), V::load(lse2 + j));
      weight = exp2<V, T>(x);
      return V::mul(weight, V::sub(V::load(dp + at), V::load(delta + j)));
    };
    for (Index i = 0; i < rows; i += 2) {
      const bool two = i + 1 < rows;
      for (Index j = 0; j < columns; j += W) {
        const Index first = i * columns + j, second = first + columns;
        F weight;
        const F upper = element(first, j, weight);
        V::store(p + first, weight);
        V::store(ds + first, upper);
        F lower = V::set(0);
        if (two) {
          lower = element(second, j, weight);
          V::store(p + second, weight);
          V::store(ds + second, lower);
        }
        if constexpr (paired)
          V::interleave(upper, lower, ds_packed + i * columns + 2 * j);
        else if (!two)
          V::store(ds_packed + second, lower);
      }
    }
  }

  static void row_dots(const T* x, const T* y, Index ld, Index rows, Index columns, float* delta) {
    for (Index i = 0; i < rows; ++i) {
      F sum = V::set(0);
      for (Index j = 0; j < columns; j += W)
        sum = V::fma(V::load(x + i * ld + j), V::load(y + i * ld + j), sum);
      delta[i] = V::sum(sum);
    }
  }

  static void store(const float* x, Index ldx, Index rows, Index columns, float scale,
                    const float* row_scale, T* y, Index ldy) {
    for (Index i = 0; i < rows; ++i) {
      const F factor = V::set(row_scale == nullptr ? scale : scale * row_scale[i]);
      for (Index j = 0; j < columns; j += W)
        V::store(y + i * ldy + j, V::mul(V::load(x + i * ldx + j), factor));
    }
  }

  static void store_transposed(const float* x, Index ldx, Index rows, Index columns, float scale,
                               T* y, Index ldy) {
    float square[W * W];
    const F factor = V::set(scale);
    for (Index i = 0; i < rows; i += W)
      for (Index j = 0; j < columns; j += W) {
        V::transpose(x + j * ldx + i, ldx, W, square, W);
        for (Index k = 0; k < W && i + k < rows; ++k)
          V::store(y + (i + k) * ldy + j, V::mul(V::load(square + k * W), factor));
      }
  }

  static void convert(const float* x, Index count, T* y) {
    for (Index i = 0; i < count; i += W) V::store(y + i, V::load(x + i));
  }

  static void store_biased(const float* x, Index ldx, Index rows, Index columns, const float* bias,
                           T* y, Index ldy) {
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < columns; j += W) {
        const F value = V::load(x + i * ldx + j);
        V::store(y + i * ldy + j, bias == nullptr ? value : V::add(value, V::load(bias + j)));
      }
  }

  static void gelu_rows(const T* x, Index rows, Index columns, Index ld, T* value, T* derivative) {
    for (Index i = 0; i < rows; ++i)
      for (Index j = i * ld; j < i * ld + columns; j += W) {
        F y, dy;
        gelu<V, T>(V::load(x + j), y, dy);
        V::store(value + j, y);
        if (derivative != nullptr) V::store(derivative + j, dy);
      }
  }

  static void gelu_gradient(const float* x, Index ldx, Index rows, Index columns,
                            const T* derivative, Index ldd, T* y, Index ldy, float* sums) {
    add_columns(rows, columns, sums, [&](Index i, Index j) {
      const F value = V::mul(V::load(x + i * ldx + j), V::load(derivative + i * ldd + j));
      V::store(y + i * ldy + j, value);
      return value;
    });
  }

  static void column_sums(const T* x, Index ldx, Index rows, Index columns, float* sums) {
    add_columns(rows, columns, sums, [&](Index i, Index j) { return V::load(x + i * ldx + j); });
  }

  static constexpr Primitives<T> all() {
    return {.matmul = matmul<V, T>,
            .release = nothing,
            .pack = pack,
            .pack_transposed = pack_transposed,
            .transpose_packed = transpose_packed,
            .softmax = softmax,
            .softmax_gradient = softmax_gradient,
            .row_dots = row_dots,
            .store = store,
            .store_transposed = store_transposed,
            .convert = convert,
            .store_biased = store_biased,
            .gelu = gelu_rows,
            .gelu_gradient = gelu_gradient,
            .add = Rows::add,
            .add_gradient = Rows::add_gradient,
            .row_statistics = Rows::row_statistics,
            .layer_norm = Rows::layer_norm,
            .layer_norm_gradient = Rows::layer_norm_gradient,
            .column_sums = column_sums};
  }
};

}  // namespace vit::kernels
