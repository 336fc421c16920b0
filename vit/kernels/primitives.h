#pragma once

#include <cstdint>

#include "vit/kernels/isa.h"

/// What the fused kernels are written with: one set of these functions for each instruction set,
/// all with the same meaning. `T` is float or Bf16; sums are always kept in float.
///
/// A matrix product takes its left operand as plain rows and its right operand, "packed", as rows
/// of 32-bit words: a word is one float, or the bf16 numbers of two successive rows (the layout
/// that vdpbf16ps and AMX read). Packed rows hold a multiple of 16 columns; what pads them is zero.
namespace vit::kernels {

/// A bfloat16 number: the upper half of a float.
struct Bf16 {
  std::uint16_t bits;
};

/// A number of a weight that was rounded to 8 bits.
struct Int8 {
  std::int8_t value;
};

/// n rounded up to a multiple of m.
constexpr std::int64_t round_up(std::int64_t n, std::int64_t m) { return (n + m - 1) / m * m; }

/// Rows of a tall left operand that are best multiplied at a time, multiples of the tiles' heights.
struct ChunkRows {
  std::int64_t usual;  ///< so few that they stay in the nearest cache where tiles come from there
  /// Where the weights do not stay in the second-level cache, so that each chunk reads them from
  /// behind it: so many that products last longer than that.
  std::int64_t of_large_weights;
};

template <class T>
struct Primitives {
  using Index = std::int64_t;

  /// c [m, n] = a [m, k] b [k, n], or c += where `add`. b is packed, n a multiple of 16, k even.
  /// `lda`, `ldb`, `ldc`: elements from a row (of b: of the unpacked matrix) to the next.
  void (*matmul)(Index m, Index n, Index k, const T* a, Index lda, const T* b, Index ldb, float* c,
                 Index ldc, bool add);
  /// To be called at the end of each thread's work: AMX keeps a tile configuration.
  void (*release)();
  ChunkRows chunk_rows;

  /// x [rows, columns] as a packed operand of `padded` rows (even), columns a multiple of 16.
  void (*pack)(const T* x, Index ldx, Index rows, Index padded, Index columns, T* packed);
  /// The transpose of x [rows, columns] as a packed operand [columns, padded rows].
  void (*pack_transposed)(const T* x, Index ldx, Index rows, Index padded, Index columns,
                          T* packed);
  /// From packed rows [rows, columns], as `pack` makes them, the transpose as plain rows
  /// [columns, rows]; rows a multiple of 32, columns of 16.
  void (*transpose_packed)(const T* packed, Index rows, Index columns, T* transposed);

  /// Rows of logits s [rows, padded], of which `columns` are real: p = 2^(s c - max) unnormalised,
  /// inverse[i] = 1 / sum, lse2[i] = log2 of the sum of 2^(s c). Rows of p have `ldp` elements,
  /// zeros after the logits.
  void (*softmax)(float* s, Index rows, Index columns, Index padded, float c, T* p, Index ldp,
                  float* inverse, float* lse2);
  /// From s, dp [rows, columns] (keys x queries), lse2 and delta [columns]: p = 2^(s c - lse2) and
  /// ds = p (dp - delta), as rows of `ldp` elements (zeros after the columns) and, in ds_packed, as
  /// a packed operand. A last odd row is paired with zeros.
  void (*softmax_gradient)(const float* s, const float* dp, Index rows, Index columns, float c,
                           const float* lse2, const float* delta, T* p, T* ds, Index ldp,
                           T* ds_packed);
  /// delta[i] = sum over columns of x y.
  void (*row_dots)(const T* x, const T* y, Index ld, Index rows, Index columns, float* delta);
  /// y [rows, columns] = x [rows, columns] times `scale`, times row_scale[i] where that is given.
  void (*store)(const float* x, Index ldx, Index rows, Index columns, float scale,
                const float* row_scale, T* y, Index ldy);
  /// y [rows, columns] = scale x^T, x [columns, ldx].
  void (*store_transposed)(const float* x, Index ldx, Index rows, Index columns, float scale, T* y,
                           Index ldy);

  /// Each row of x [rows, columns] in 8 bits: u = x / scale + 128 in [1, 255], where scale[i] is
  /// the 127th part of its largest number (by size); columns a multiple of 16. NaN and infinity
  /// make the row's scale NaN.
  void (*quantize)(const T* x, Index ldx, Index rows, Index columns, std::uint8_t* u, Index ldu,
                   float* scales);

  /// y = x in the other type, `count` elements, a multiple of 16.
  void (*convert)(const float* x, Index count, T* y);
  /// y [rows, columns] = x + bias, bias [columns] or null.
  void (*store_biased)(const float* x, Index ldx, Index rows, Index columns, const float* bias,
                       T* y, Index ldy);
  /// hidden [rows, columns] = x + bias, unless that is null, and value = GELU (exact) of that as
  /// it was rounded.
  void (*store_gelu)(const float* x, Index ldx, Index rows, Index columns, const float* bias,
                     T* hidden, Index ldh, T* value, Index ldv);
  /// value = GELU(hidden) again and gradient = x GELU'(hidden), both as packed operands and the
  /// gradient as rows too; the gradient's column sums are added to `sums` [columns]. Columns are a
  /// multiple of 32; a last odd row is paired with zeros.
  void (*gelu_gradient)(const float* x, Index ldx, Index rows, Index columns, const T* hidden,
                        Index ldh, T* value_packed, T* gradient, Index ldg, T* gradient_packed,
                        float* sums);
  /// sum [rows, columns] = x + factor y, times scale [columns] where that is given.
  void (*add)(const float* x, const T* y, Index rows, Index columns, const float* scale,
              float factor, float* sum);
  /// dy = factor dsum, times scale [columns] where that is given; then factor dsum y is added to
  /// scale_sums, the gradient of scale.
  void (*add_gradient)(const float* dsum, const T* y, Index rows, Index columns, const float* scale,
                       float factor, T* dy, float* scale_sums);
  /// Mean and 1 / deviation of each row: statistics [rows, 2].
  void (*row_statistics)(const float* x, Index rows, Index columns, float eps, float* statistics);
  /// y = (x - mean) / deviation * weight + bias: layer norm.
  void (*layer_norm)(const float* x, const float* statistics, Index rows, Index columns,
                     const float* weight, const float* bias, T* y);
  /// dx = residual (or 0) + the gradient of layer norm. Adds to the sums that are the gradients of
  /// weight and bias.
  void (*layer_norm_gradient)(const T* dy, const float* x, const float* statistics,
                              const float* residual, Index rows, Index columns, const float* weight,
                              float* dx, float* weight_sums, float* bias_sums);
  /// sums [columns] += the columns of x.
  void (*column_sums)(const T* x, Index ldx, Index rows, Index columns, float* sums);
};

/// Products of 8-bit numbers, whose words hold four: activations from 1 to 255, as
/// Primitives::quantize makes them, with weights from -127 to 127. The sums are whole numbers of 32
/// bits, exact up to a depth of kMostInt8Depth; they lie where a product's floats would.
struct Int8Primitives {
  using Index = std::int64_t;

  /// c [m, n] = a [m, k] b [k, n]; b is packed, n a multiple of 16, k of 4.
  void (*matmul)(Index m, Index n, Index k, const std::uint8_t* a, Index lda, const Int8* b,
                 Index ldb, float* c, Index ldc);
  /// As Primitives::release and chunk_rows.
  void (*release)();
  ChunkRows chunk_rows;
  /// The transpose of x [rows, columns] as a packed operand [columns, rows]; rows a multiple of 16.
  void (*pack_transposed)(const Int8* x, Index ldx, Index rows, Index columns, Int8* packed);
  /// c [rows, columns], in place, from a product's sums to floats: (c - offsets[j]) row_scales[i]
  /// column_scales[j]; the offsets are whole numbers.
  void (*dequantize)(float* c, Index ldc, Index rows, Index columns, const float* row_scales,
                     const float* column_scales, const std::int32_t* offsets);
};
inline constexpr std::int64_t kMostInt8Depth = 65'536;

/// The set of one instruction set; what was not compiled for this machine is the plain one.
template <class T>
[[nodiscard]] const Primitives<T>& primitives(Isa isa);
template <>
const Primitives<float>& primitives<float>(Isa isa);
template <>
const Primitives<Bf16>& primitives<Bf16>(Isa isa);
[[nodiscard]] const Int8Primitives& int8_primitives(Isa isa);

}  // namespace vit::kernels
