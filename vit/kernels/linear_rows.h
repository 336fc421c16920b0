#pragma once

#include <algorithm>
#include <cstdint>

#include "vit/kernels/primitives.h"
#include "vit/kernels/quantized_weight.h"
#include "vit/kernels/row_chunks.h"

/// Linear layers on ranges of rows (tokens), as several threads share them. T is the type of the
/// operands of the matrix products; the widths are multiples of 32.
namespace vit::kernels {

/// A matrix [in, out] as the right operand of products: panels of kPanel columns (the last one may
/// have 32), each packed by itself, so that a panel lies together in the nearest cache.
template <class T>
struct PackedWeight {
  const T* packed;
  std::int64_t in, out;
};

/// Packs the transpose of w [out, in], which the forward pass multiplies by.
template <class T>
void pack_forward(const Primitives<T>& use, const T* w, std::int64_t out, std::int64_t in,
                  T* packed);
/// Packs w [out, in] itself, by which the gradient is multiplied: a PackedWeight with the widths
/// exchanged.
template <class T>
void pack_backward(const Primitives<T>& use, const T* w, std::int64_t out, std::int64_t in,
                   T* packed);

/// Of an output [rows, width] the rows [begin, end) and the columns [column, column_end), of which
/// the first is a multiple of kPanel.
struct OutputPart {
  std::int64_t begin, end, column, column_end;
};

/// That part of y [rows, out] = x W^T + bias; bias may be null. Weight: PackedWeight<T> or
/// QuantizedWeight.
template <class T, class Weight>
void linear_forward(const Primitives<T>& use, const OutputPart& part, const T* x,
                    const Weight& weight, const float* bias, T* y);

/// That part of value [rows, out] = GELU(x W^T + bias).
template <class T, class Weight>
void gelu_linear_forward(const Primitives<T>& use, const OutputPart& part, const T* x,
                         const Weight& weight, const float* bias, T* value);

/// The gradient of x from that of y, with `weight` packed with W (so its `in` is the width of y).
/// The column sums of the gradient are added to `bias_sums` [width of y]. Either may be null.
template <class T>
void linear_backward(const Primitives<T>& use, std::int64_t begin, std::int64_t end,
                     const T* gradient, const PackedWeight<T>& weight, float* bias_sums, T* dx);

/// Numbers of tokens [tokens, width] as the right operand of a product over the tokens: panels as a
/// PackedWeight has them. `padded` is the number of tokens rounded up to kTokenPadding, with zeros
/// behind the last one.
template <class T>
struct PackedTokens {
  T* packed;
  std::int64_t padded, width;
  /// From an even token on, the panel that begins with `column`.
  [[nodiscard]] T* at(std::int64_t token, std::int64_t column) const {
    return packed + column * padded + token * std::min(kPanel, width - column);
  }
};
inline constexpr std::int64_t kTokenPadding = 32;

/// The left operand of such a product, x [tokens, width], to be transposed.
template <class T>
struct LeftTokens {
  const T* rows;
  /// Null, or what transpose_tokens made of every chunk: that from token t on is at t * width.
  T* transposed;
  std::int64_t width;
};
/// The right operand, [tokens, width]: rows, which are packed on the way, or (`rows` null) what is
/// packed already.
template <class T>
struct RightTokens {
  const T* rows;
  PackedTokens<T> packed;
  std::int64_t width;
};

/// Transposes the tokens [begin, end), a chunk.
template <class T>
void transpose_tokens(const Primitives<T>& use, std::int64_t begin, std::int64_t end,
                      const LeftTokens<T>& left);

/// Tokens [begin, end), in chunks of `chunk` (a multiple of kTokenPadding), and of the right
/// operand the columns [column, column_end), of which the first is a multiple of kPanel.
struct GradientPart {
  std::int64_t begin, end, chunk, column, column_end;
};
inline constexpr std::int64_t kTokenChunk = 384;  ///< about as many as are best

/// sums [left width, right width] = left^T right over those tokens, in those columns: a weight's
/// gradient or its transpose. The left one takes a second pass, so the narrower one is best there.
template <class T>
void weight_gradient(const Primitives<T>& use, const GradientPart& part, const LeftTokens<T>& left,
                     const RightTokens<T>& right, float* sums);

/// fc2(GELU(fc1(x))) for the rows [begin, end). Keeps fc1(x) in `hidden` [tokens, width] for the
/// backward pass, unless that is null.
template <class T, class Weight>
void mlp_forward(const Primitives<T>& use, std::int64_t begin, std::int64_t end, const T* x,
                 const Weight& fc1, const float* bias1, const Weight& fc2, const float* bias2,
                 T* hidden, T* y);

/// From the gradient of y: that of `hidden` and that of x; fc1 and fc2 packed with W. Makes
/// value = GELU(hidden) again. Both it and the gradient of `hidden` are for the weights' gradients.
/// Adds to the sums that are the biases' gradients. `begin` is even.
template <class T>
void mlp_backward(const Primitives<T>& use, std::int64_t begin, std::int64_t end, const T* gradient,
                  const PackedWeight<T>& fc1, const PackedWeight<T>& fc2, const T* hidden,
                  const PackedTokens<T>& value, const PackedTokens<T>& hidden_gradient,
                  float* bias1_sums, float* bias2_sums, T* dx);

}  // namespace vit::kernels
