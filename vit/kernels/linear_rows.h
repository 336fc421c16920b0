#pragma once

#include <cstdint>

#include "vit/kernels/primitives.h"

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

/// y [rows, out] = x W^T + bias for the rows [begin, end).
template <class T>
void linear_forward(const Primitives<T>& use, std::int64_t begin, std::int64_t end, const T* x,
                    const PackedWeight<T>& weight, const float* bias, T* y);

/// The gradient of x from that of y, with `weight` packed with W (so its `in` is the width of y).
/// The column sums of the gradient are added to `bias_sums` [width of y]. Either may be null.
template <class T>
void linear_backward(const Primitives<T>& use, std::int64_t begin, std::int64_t end,
                     const T* gradient, const PackedWeight<T>& weight, float* bias_sums, T* dx);

/// Tokens [begin, end) of two matrices [tokens, width], and of the second one columns
/// [column, column_end), multiples of 16.
struct GradientPart {
  std::int64_t begin, end, column, column_end;
};

/// sums [narrow width, wide width] = narrow^T wide over those tokens, in those columns: a weight's
/// gradient or its transpose, whichever way the wider matrix is on the right. Only the left one is
/// transposed, which costs a second pass.
template <class T>
void weight_gradient(const Primitives<T>& use, const GradientPart& part, const T* narrow,
                     std::int64_t narrow_width, const T* wide, std::int64_t wide_width,
                     float* sums);

/// fc2(GELU(fc1(x))) for the rows [begin, end). Keeps fc1(x) in `hidden` [tokens, width] for the
/// backward pass, unless that is null.
template <class T>
void mlp_forward(const Primitives<T>& use, std::int64_t begin, std::int64_t end, const T* x,
                 const PackedWeight<T>& fc1, const float* bias1, const PackedWeight<T>& fc2,
                 const float* bias2, T* hidden, T* y);

/// From the gradient of y: that of `hidden` and that of x; fc1 and fc2 packed with W. Makes
/// value = GELU(hidden) again, for the gradient of fc2's weight. Adds to the sums that are the
/// biases' gradients.
template <class T>
void mlp_backward(const Primitives<T>& use, std::int64_t begin, std::int64_t end, const T* gradient,
                  const PackedWeight<T>& fc1, const PackedWeight<T>& fc2, const T* hidden, T* value,
                  T* hidden_gradient, float* bias1_sums, float* bias2_sums, T* dx);

}  // namespace vit::kernels
