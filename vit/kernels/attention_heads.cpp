#include "vit/kernels/attention_heads.h"

#include <algorithm>

#include "vit/kernels/workspace.h"

namespace vit::kernels {
namespace {

using Index = std::int64_t;

constexpr float kLog2E = 1.44269504f;
/// Rows of the attention matrix at a time: the block stays in the second-level cache.
constexpr Index kBlock = 112;
/// Rows of whole cache lines: AMX reads a tile six times as fast from those.
template <class T>
constexpr Index kLine = 64 / sizeof(T);

/// Where one head's q, k and v (or their gradients) begin in qkv [B, N, 3, H, Dh].
template <class T>
struct Head {
  T *q, *k, *v;
  Head(const AttentionShape& shape, Index head, T* qkv)
      : q(qkv + head / shape.heads * shape.tokens * shape.qkv_stride() +
          head % shape.heads * shape.head_dim),
        k(q + shape.stride()),
        v(k + shape.stride()) {}
};

Index output_offset(const AttentionShape& shape, Index head) {
  return head / shape.heads * shape.tokens * shape.stride() + head % shape.heads * shape.head_dim;
}

/// A causal query i sees the keys up to i: in a row of logits all columns after it are hidden, in
/// a row of the transpose, which is of a key, all before it. Logits are hidden before the softmax,
/// whose exp2 ends above 0, and weights after it.
template <class T>
void hide_later(Index first, Index rows, Index columns, T hidden, T* x, Index stride) {
  for (Index i = 0; i < rows; ++i)
    std::fill(x + i * stride + std::min(first + i + 1, columns), x + i * stride + columns, hidden);
}
template <class T>
void hide_earlier(Index first, Index rows, T hidden, T* x, Index stride) {
  for (Index i = 0; i < rows; ++i) std::fill_n(x + i * stride, first + i, hidden);
}
constexpr float kHidden = -1e30f;

}  // namespace

template <class T>
void attention_forward(const Primitives<T>& use, const AttentionShape& shape, Index begin,
                       Index end, const T* qkv, T* output, float* lse2) {
  const Index n = shape.tokens, d = shape.head_dim;
  const Index padded = round_up(n, 16), wide = round_up(n, kLine<T>);
  const Index block = std::min(kBlock, n), row = shape.qkv_stride();
  Workspace& memory = Workspace::of_thread();
  memory.reset(sizeof(float) *
                   static_cast<std::size_t>(2 * wide * d + 2 * block * wide + block * d + block) +
               1024);
  T* const keys = memory.get<T>(padded * d);  // k^T, packed [Dh, N]
  T* const values = memory.get<T>(wide * d);  // v, packed [N, Dh]
  float* const logits = memory.get<float>(block * padded);
  T* const weights = memory.get<T>(block * wide);
  float* const sums = memory.get<float>(block * d);
  float* const inverse = memory.get<float>(block);
  for (Index head = begin; head < end; ++head) {
    const Head<const T> in(shape, head, qkv);
    T* const out = output + output_offset(shape, head);
    use.pack_transposed(in.k, row, n, padded, d, keys);
    use.pack(in.v, row, n, wide, d, values);
    for (Index m = 0; m < n; m += block) {
      const Index rows = std::min(block, n - m);
      use.matmul(rows, padded, d, in.q + m * row, row, keys, padded, logits, padded, false);
      if (shape.causal) hide_later(m, rows, n, kHidden, logits, padded);
      use.softmax(logits, rows, n, padded, shape.scale * kLog2E, weights, wide, inverse,
                  lse2 + head * n + m);
      if (shape.causal) hide_later(m, rows, n, T{}, weights, wide);
      use.matmul(rows, d, wide, weights, wide, values, d, sums, d, false);
      use.store(sums, d, rows, d, 1.0f, inverse, out + m * shape.stride(), shape.stride());
    }
  }
  use.release();
}

/// With P = softmax and dP = dO V^T: dV = P^T dO, dS = P (dP - rowsum(dO O)), dQ = scale dS K,
/// dK = scale dS^T Q (Dao et al. 2022, "FlashAttention", appendix B.2). All of it on the transposes
/// P^T and dS^T [keys, queries]: their rows are the left operands of dV and dK as they come, and
/// what belongs to a query is a plain vector along a row.
template <class T>
void attention_backward(const Primitives<T>& use, const AttentionShape& shape, Index begin,
                        Index end, const T* qkv, const T* output, const T* gradient,
                        const float* lse2, T* qkv_gradient) {
  constexpr bool paired = sizeof(T) == 2;
  const Index n = shape.tokens, d = shape.head_dim;
  const Index padded = round_up(n, 16), wide = round_up(n, kLine<T>);
  const Index block = std::min(kBlock, n), row = shape.qkv_stride(), out_row = shape.stride();
  Workspace& memory = Workspace::of_thread();
  memory.reset(sizeof(float) *
                   static_cast<std::size_t>(3 * padded * d + 4 * wide * d + 2 * block * padded +
                                            2 * (block + 1) * wide + wide * padded + 2 * padded) +
               2048);
  T* const q_transposed = memory.get<T>(padded * d);   // packed [Dh, N]
  T* const q_packed = memory.get<T>(wide * d);         // packed [N, Dh]
  T* const do_transposed = memory.get<T>(padded * d);  // the same of the output's gradient
  T* const do_packed = memory.get<T>(wide * d);
  T* const k_packed = memory.get<T>(wide * d);
  T* const k_transposed = memory.get<T>(wide * d);  // plain rows [Dh, N]
  float* const logits = memory.get<float>(block * padded);
  float* const dp = memory.get<float>(block * padded);
  T* const weights = memory.get<T>((block + 1) * wide);
  T* const ds = memory.get<T>((block + 1) * wide);
  T* const ds_packed = memory.get<T>(wide * padded);
  float* const sums = memory.get<float>(padded * d);
  float* const denominators = memory.get<float>(padded);
  float* const delta = memory.get<float>(padded);
  const Index written = round_up(n, 2) * padded;
  std::fill_n(ds_packed + written, wide * padded - written, T{});
  for (Index head = begin; head < end; ++head) {
    const Head<const T> in(shape, head, qkv);
    const Head<T> out(shape, head, qkv_gradient);
    const T* const g = gradient + output_offset(shape, head);
    use.row_dots(output + output_offset(shape, head), g, out_row, n, d, delta);
    std::copy_n(lse2 + head * n, n, denominators);
    for (Index i = n; i < padded; ++i) {
      delta[i] = 0;
      denominators[i] = 1e30f;  // padding queries: weights of 2^-125, times zeros
    }
    use.pack_transposed(in.q, row, n, padded, d, q_transposed);
    use.pack(in.q, row, n, wide, d, q_packed);
    use.pack_transposed(g, out_row, n, padded, d, do_transposed);
    use.pack(g, out_row, n, wide, d, do_packed);
    use.pack(in.k, row, n, wide, d, k_packed);
    use.transpose_packed(k_packed, wide, d, k_transposed);
    for (Index m = 0; m < n; m += block) {
      const Index rows = std::min(block, n - m);
      use.matmul(rows, padded, d, in.k + m * row, row, q_transposed, padded, logits, padded, false);
      use.matmul(rows, padded, d, in.v + m * row, row, do_transposed, padded, dp, padded, false);
      if (shape.causal) {
        hide_earlier(m, rows, kHidden, logits, padded);
        for (Index i = 0; i < rows; ++i) std::copy_n(delta, m + i, dp + i * padded);  // dS = 0
      }
      // Rows of floats are a packed operand already; those of bf16 are wanted in both forms.
      T* const ds_rows = paired ? ds : ds_packed + m * padded;
      use.softmax_gradient(logits, dp, rows, padded, shape.scale * kLog2E, denominators, delta,
                           weights, ds_rows, wide, ds_packed + m * padded);
      if (shape.causal) hide_earlier(m, rows, T{}, weights, wide);
      use.matmul(rows, d, wide, weights, wide, do_packed, d, sums, d, false);
      use.store(sums, d, rows, d, 1.0f, nullptr, out.v + m * row, row);
      use.matmul(rows, d, wide, ds_rows, wide, q_packed, d, sums, d, false);
      use.store(sums, d, rows, d, shape.scale, nullptr, out.k + m * row, row);
    }
    use.matmul(d, padded, wide, k_transposed, wide, ds_packed, padded, sums, padded, false);
    use.store_transposed(sums, padded, n, d, shape.scale, out.q, row);
  }
  use.release();
}

template void attention_forward(const Primitives<float>&, const AttentionShape&, Index, Index,
                                const float*, float*, float*);
template void attention_forward(const Primitives<Bf16>&, const AttentionShape&, Index, Index,
                                const Bf16*, Bf16*, float*);
template void attention_backward(const Primitives<float>&, const AttentionShape&, Index, Index,
                                 const float*, const float*, const float*, const float*, float*);
template void attention_backward(const Primitives<Bf16>&, const AttentionShape&, Index, Index,
                                 const Bf16*, const Bf16*, const Bf16*, const float*, Bf16*);

}  // namespace vit::kernels
