#pragma once

#include <cstdint>

#include "vit/kernels/primitives.h"

namespace vit::kernels {

struct AttentionShape {
  std::int64_t batch = 0, tokens = 0, heads = 0, head_dim = 0;
  float scale = 1;      ///< of the logits, 1 / sqrt(head_dim)
  bool causal = false;  ///< a token sees itself and those before it

  /// From a token to the next one in qkv [B, N, 3, H, Dh], and in the output [B, N, H, Dh].
  [[nodiscard]] std::int64_t qkv_stride() const { return 3 * heads * head_dim; }
  [[nodiscard]] std::int64_t stride() const { return heads * head_dim; }
};

/// softmax(scale q k^T) v for the heads [begin, end) of the batch * heads there are, read in place
/// from qkv. output [B, N, H, Dh]; lse2 [B, H, N], log2 of each softmax's denominator, is what the
/// backward pass needs. head_dim is a multiple of 16.
template <class T>
void attention_forward(const Primitives<T>& use, const AttentionShape& shape, std::int64_t begin,
                       std::int64_t end, const T* qkv, T* output, float* lse2);

/// The gradient of qkv from that of the output.
template <class T>
void attention_backward(const Primitives<T>& use, const AttentionShape& shape, std::int64_t begin,
                        std::int64_t end, const T* qkv, const T* output, const T* gradient,
                        const float* lse2, T* qkv_gradient);

}  // namespace vit::kernels
