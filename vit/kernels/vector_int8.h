#pragma once

#include "vit/kernels/matmul_tiles.h"
#include "vit/kernels/primitives.h"
#include "vit/kernels/vector_primitives.h"

namespace vit::kernels {

/// The products of 8-bit numbers in terms of one vector type V.
template <class V>
struct VectorInt8 {
  using Index = std::int64_t;
  using F = typename V::F;

  static void matmul(Index m, Index n, Index k, const std::uint8_t* a, Index lda, const Int8* b,
                     Index ldb, float* c, Index ldc) {
    matmul_columns<V, Int8, V::tile_vectors>(m, n, k / 4, reinterpret_cast<const float*>(a),
                                             lda / 4, reinterpret_cast<const float*>(b), ldb, c,
                                             ldc, /*add=*/false);
  }

  static void pack_transposed(const Int8* x, Index ldx, Index rows, Index columns, Int8* packed) {
    VectorPrimitives<V, float>::transpose_words(reinterpret_cast<const float*>(x), ldx / 4, rows,
                                                columns / 4, reinterpret_cast<float*>(packed),
                                                rows);
  }

  static void dequantize(float* c, Index ldc, Index rows, Index columns, const float* row_scales,
                         const float* column_scales, const std::int32_t* offsets) {
    for (Index i = 0; i < rows; ++i, c += ldc) {
      const F row_scale = V::set(row_scales[i]);
      for (Index j = 0; j < columns; j += V::width)
        V::store(c + j, V::mul(V::mul(V::difference(c + j, offsets + j), row_scale),
                               V::load(column_scales + j)));
    }
  }

  static constexpr Int8Primitives all() {
    return {.matmul = matmul,
            .release = nothing,
            .chunk_rows = {96, 96},
            .pack_transposed = pack_transposed,
            .dequantize = dequantize};
  }
};

}  // namespace vit::kernels
