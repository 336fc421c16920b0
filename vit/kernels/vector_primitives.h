#pragma once

#include <cmath>

#include "vit/kernels/exp2.h"
#include "vit/kernels/gelu.h"
#include "vit/kernels/matmul_tiles.h"
#include "vit/kernels/primitives.h"
#include "vit/kernels/vector_rows.h"

/// The primitives in terms of one vector type V: see vec_plain.h for what V must have.
namespace vit::kernels {

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

  static void softmax(float* s, Index rows, Index columns, Index padded, float c, T* p, Index ldp,
                      float* inverse, float* lse2) {
    Index i = 0;
    for (; i + 4 <= rows; i += 4, s += 4 * padded, p += 4 * ldp)
      softmax_rows<4>(s, columns, padded, c, p, ldp, inverse + i, lse2 + i);
    for (; i < rows; ++i, s += padded, p += ldp)
      softmax_rows<1>(s, columns, padded, c, p, ldp, inverse + i, lse2 + i);
  }

  /// Rows side by side: the chains of one row, for its maximum and its sum, leave a processor idle.
  template <int rows>
  static void softmax_rows(float* s, Index columns, Index padded, float c, T* p, Index ldp,
                           float* inverse, float* lse2) {
    F most[rows], shift[rows], total[rows];
    const F factor = V::set(c);
    for (int i = 0; i < rows; ++i) {
      for (Index j = columns; j < padded; ++j) s[i * padded + j] = -1e30f;
      most[i] = V::load(s + i * padded);
      total[i] = V::set(0);
    }
    for (Index j = W; j < padded; j += W)
      for (int i = 0; i < rows; ++i) most[i] = V::max(most[i], V::load(s + i * padded + j));
    for (int i = 0; i < rows; ++i) {
      lse2[i] = V::largest(most[i]) * c;
      shift[i] = V::set(-lse2[i]);
    }
    for (Index j = 0; j < padded; j += W)
      for (int i = 0; i < rows; ++i) {
        const F e = exp2<V, T>(V::fma(V::load(s + i * padded + j), factor, shift[i]));
        total[i] = V::add(total[i], e);
        V::store(p + i * ldp + j, e);
      }
    for (int i = 0; i < rows; ++i) {
      for (Index j = padded; j < ldp; j += W) V::store(p + i * ldp + j, V::set(0));
      const float sum = V::sum(total[i]);
      inverse[i] = 1.0f / sum;
      lse2[i] += std::log2(sum);
    }
  }

  static void softmax_gradient(const float* s, const float* dp, Index rows, Index columns, float c,
                               const float* lse2, const float* delta, T* p, T* ds, Index ldp,
                               T* ds_packed) {
    const F factor = V::set(c);
    const auto element = [&](Index at, Index j, F& weight) {
      const F x = V::sub(V::mul(V::load(s + at), factor), V::load(lse2 + j));
      weight = exp2<V, T>(x);
      return V::mul(weight, V::sub(V::load(dp + at), V::load(delta + j)));
    };
    for (Index i = 0; i < rows; i += 2, p += 2 * ldp, ds += 2 * ldp) {
      const bool two = i + 1 < rows;
      for (Index j = 0; j < columns; j += W) {
        const Index first = i * columns + j, second = first + columns;
        F weight;
        const F upper = element(first, j, weight);
        V::store(p + j, weight);
        V::store(ds + j, upper);
        F lower = V::set(0);
        if (two) {
          lower = element(second, j, weight);
          V::store(p + ldp + j, weight);
          V::store(ds + ldp + j, lower);
        }
        if constexpr (paired)
          V::interleave(upper, lower, ds_packed + i * columns + 2 * j);
        else if (!two)
          V::store(ds_packed + second, lower);
      }
      for (Index j = columns; j < ldp; j += W)
        for (T* const row : {p, ds}) {
          V::store(row + j, V::set(0));
          if (two) V::store(row + ldp + j, V::set(0));
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

  static void quantize(const T* x, Index ldx, Index rows, Index columns, std::uint8_t* u, Index ldu,
                       float* scales) {
    const F zero = V::set(0), middle = V::set(128);
    for (Index i = 0; i < rows; ++i, x += ldx, u += ldu) {
      F most = zero, poison = zero;  // a maximum forgets NaN
      for (Index j = 0; j < columns; j += W) {
        const F value = V::load(x + j);
        most = V::max(most, V::abs(value));
        poison = V::fma(value, zero, poison);
      }
      const float largest = V::largest(most);
      scales[i] = largest / 127.0f + V::sum(poison);
      const F steps = V::set(largest > 0 ? 127.0f / largest : 0.0f);
      for (Index j = 0; j < columns; j += W) V::store(u + j, V::fma(V::load(x + j), steps, middle));
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

  static void store_gelu(const float* x, Index ldx, Index rows, Index columns, const float* bias,
                         T* hidden, Index ldh, T* value, Index ldv) {
    const Gelu<V, T> gelu;
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < columns; j += W) {
        const F z = V::rounded_to(V::add(V::load(x + i * ldx + j), V::load(bias + j)),
                                  static_cast<const T*>(nullptr));
        if (hidden != nullptr) V::store(hidden + i * ldh + j, z);
        F y, slope;
        gelu(z, y, slope);
        V::store(value + i * ldv + j, y);
      }
  }

  static void gelu_gradient(const float* x, Index ldx, Index rows, Index columns, const T* hidden,
                            Index ldh, T* value_packed, T* gradient, Index ldg, T* gradient_packed,
                            float* sums) {
    const Gelu<V, T> gelu;
    const auto element = [&](Index i, Index j, F& value) {
      F slope;
      gelu(V::load(hidden + i * ldh + j), value, slope);
      const F product = V::mul(V::load(x + i * ldx + j), slope);
      V::store(gradient + i * ldg + j, product);
      return product;
    };
    const auto pair = [&](Index i, Index j, F& sum) {
      F value, value_below = V::set(0), below = V::set(0);
      const F upper = element(i, j, value);
      if (i + 1 < rows) below = element(i + 1, j, value_below);
      store_packed(value, value_below, value_packed + i * columns, columns, j);
      store_packed(upper, below, gradient_packed + i * columns, columns, j);
      sum = V::add(V::add(sum, upper), below);
    };
    for (Index j = 0; j < columns; j += 2 * W) {
      F s0 = V::load(sums + j), s1 = V::load(sums + j + W);
      for (Index i = 0; i < rows; i += 2) {
        pair(i, j, s0);
        pair(i, j + W, s1);
      }
      V::store(sums + j, s0);
      V::store(sums + j + W, s1);
    }
  }

  /// Column j of two rows of a packed operand of `columns` columns.
  static void store_packed(F upper, F lower, T* packed, Index columns, Index j) {
    if constexpr (paired) {
      V::interleave(upper, lower, packed + 2 * j);
    } else {
      V::store(packed + j, upper);
      V::store(packed + columns + j, lower);
    }
  }

  static void column_sums(const T* x, Index ldx, Index rows, Index columns, float* sums) {
    add_columns(rows, columns, sums, [&](Index i, Index j) { return V::load(x + i * ldx + j); });
  }

  static constexpr Primitives<T> all() {
    return {.matmul = matmul<V, T>,
            .release = nothing,
            .chunk_rows = {96, 96},
            .pack = pack,
            .pack_transposed = pack_transposed,
            .transpose_packed = transpose_packed,
            .softmax = softmax,
            .softmax_gradient = softmax_gradient,
            .row_dots = row_dots,
            .store = store,
            .store_transposed = store_transposed,
            .quantize = quantize,
            .convert = convert,
            .store_biased = store_biased,
            .store_gelu = store_gelu,
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
