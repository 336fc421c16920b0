#pragma once

#include "vit/kernels/primitives.h"

namespace vit::kernels {

/// A block of `rows` x `vectors` vectors of c = a b, held in registers while k runs over the words
/// of a's rows. Strides in words, but that of c.
template <class V, class T, int rows, int vectors>
inline void matmul_tile(std::int64_t words, const float* a, std::int64_t lda, const float* b,
                        std::int64_t ldb, float* c, std::int64_t ldc, bool add) {
  using F = typename V::F;
  F sums[rows][vectors];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < vectors; ++j)
      sums[i][j] = add ? V::load(c + i * ldc + j * V::width) : V::set(0);
  for (std::int64_t k = 0; k < words; ++k) {
    F right[vectors];
#pragma GCC unroll 8
    for (int j = 0; j < vectors; ++j) right[j] = V::load(b + k * ldb + j * V::width);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
      const F left = V::word(a + i * lda + k);
#pragma GCC unroll 8
      for (int j = 0; j < vectors; ++j)
        sums[i][j] = V::dot(sums[i][j], left, right[j], static_cast<const T*>(nullptr));
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < vectors; ++j) V::store(c + i * ldc + j * V::width, sums[i][j]);
}

/// All rows of one strip of columns: full tiles, then what is left, by ever smaller ones.
template <class V, class T, int rows, int vectors>
void matmul_strip(std::int64_t m, std::int64_t words, const float* a, std::int64_t lda,
                  const float* b, std::int64_t ldb, float* c, std::int64_t ldc, bool add) {
  for (; m >= rows; m -= rows, a += rows * lda, c += rows * ldc)
    matmul_tile<V, T, rows, vectors>(words, a, lda, b, ldb, c, ldc, add);
  if constexpr (rows > 1)
    if (m > 0) matmul_strip<V, T, rows / 2, vectors>(m, words, a, lda, b, ldb, c, ldc, add);
}

/// All columns: strips of the widest kind, whose part of b stays in the nearest cache, then
/// narrower ones.
template <class V, class T, int vectors>
void matmul_columns(std::int64_t m, std::int64_t n, std::int64_t words, const float* a,
                    std::int64_t lda, const float* b, std::int64_t ldb, float* c, std::int64_t ldc,
                    bool add) {
  constexpr int columns = vectors * V::width;
  for (; n >= columns; n -= columns, b += columns, c += columns)
    matmul_strip<V, T, V::tile_rows, vectors>(m, words, a, lda, b, ldb, c, ldc, add);
  if constexpr (vectors > 1)
    if (n > 0) matmul_columns<V, T, vectors / 2>(m, n, words, a, lda, b, ldb, c, ldc, add);
}

/// Primitives::matmul.
template <class V, class T>
void matmul(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, std::int64_t lda,
            const T* b, std::int64_t ldb, float* c, std::int64_t ldc, bool add) {
  constexpr std::int64_t in_word = static_cast<std::int64_t>(sizeof(float) / sizeof(T));
  // Words are moved, never read as floats but where T is float.
  matmul_columns<V, T, V::tile_vectors>(m, n, k / in_word, reinterpret_cast<const float*>(a),
                                        lda / in_word, reinterpret_cast<const float*>(b), ldb, c,
                                        ldc, add);
}

}  // namespace vit::kernels
