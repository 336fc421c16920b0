#include "vit/kernels/linear_rows.h"

#include <algorithm>

#include "vit/kernels/row_chunks.h"
#include "vit/kernels/workspace.h"

namespace vit::kernels {
namespace {

using Index = std::int64_t;

constexpr Index kTokens = 384;  // of a chunk of the weight gradients

/// Calls done(first column, columns, sums [rows, kPanel]) for each panel of x W.
template <class T, class Done>
void panels(const Primitives<T>& use, Index rows, const T* x, const PackedWeight<T>& weight,
            float* sums, const Done& done) {
  for (Index n = 0; n < weight.out; n += kPanel) {
    const Index columns = std::min(kPanel, weight.out - n);
    use.matmul(rows, columns, weight.in, x, weight.in, weight.packed + n * weight.in, columns, sums,
               kPanel, false);
    done(n, columns, sums);
  }
}

constexpr std::size_t kSums = sizeof(float) * kPanel;  // bytes a row

template <class T>
std::size_t bytes_of(const PackedWeight<T>& weight) {
  return sizeof(T) * static_cast<std::size_t>(weight.in * weight.out);
}

}  // namespace

template <class T>
void pack_forward(const Primitives<T>& use, const T* w, Index out, Index in, T* packed) {
  for (Index n = 0; n < out; n += kPanel) {
    const Index columns = std::min(kPanel, out - n);
    use.pack_transposed(w + n * in, in, columns, columns, in, packed + n * in);
  }
}

template <class T>
void pack_backward(const Primitives<T>& use, const T* w, Index out, Index in, T* packed) {
  for (Index n = 0; n < in; n += kPanel)
    use.pack(w + n, in, out, out, std::min(kPanel, in - n), packed + n * out);
}

template <class T>
void linear_forward(const Primitives<T>& use, Index begin, Index end, const T* x,
                    const PackedWeight<T>& weight, const float* bias, T* y) {
  const ChunkMemory bytes{kSums, bytes_of(weight)};
  for_each_chunk(use, begin, end, bytes, [&](Index row, Index rows, Workspace& memory) {
    float* const sums = memory.get<float>(rows * kPanel);
    panels(use, rows, x + row * weight.in, weight, sums, [&](Index n, Index columns, float* c) {
      use.store_biased(c, kPanel, rows, columns, bias == nullptr ? nullptr : bias + n,
                       y + row * weight.out + n, weight.out);
    });
  });
}

template <class T>
void linear_backward(const Primitives<T>& use, Index begin, Index end, const T* gradient,
                     const PackedWeight<T>& weight, float* bias_sums, T* dx) {
  const ChunkMemory bytes{kSums, bytes_of(weight)};
  for_each_chunk(use, begin, end, bytes, [&](Index row, Index rows, Workspace& memory) {
    float* const sums = memory.get<float>(rows * kPanel);
    const T* const g = gradient + row * weight.in;
    if (bias_sums != nullptr) use.column_sums(g, weight.in, rows, weight.in, bias_sums);
    if (dx == nullptr) return;
    panels(use, rows, g, weight, sums, [&](Index n, Index columns, float* c) {
      use.store_biased(c, kPanel, rows, columns, nullptr, dx + row * weight.out + n, weight.out);
    });
  });
}

template <class T>
void weight_gradient(const Primitives<T>& use, const GradientPart& part, const T* narrow,
                     Index narrow_width, const T* wide, Index wide_width, float* sums) {
  Workspace& memory = Workspace::of_thread();
  memory.reset(sizeof(T) * static_cast<std::size_t>(kTokens * (2 * narrow_width + kPanel)) + 256);
  T* const packed = memory.get<T>(kTokens * narrow_width);
  T* const transposed = memory.get<T>(kTokens * narrow_width);
  T* const right = memory.get<T>(kTokens * kPanel);
  for (Index token = part.begin; token < part.end; token += kTokens) {
    const Index count = std::min(kTokens, part.end - token), padded = round_up(count, 32);
    use.pack(narrow + token * narrow_width, narrow_width, count, padded, narrow_width, packed);
    use.transpose_packed(packed, padded, narrow_width, transposed);
    for (Index n = part.column; n < part.column_end; n += kPanel) {
      const Index columns = std::min(kPanel, part.column_end - n);
      use.pack(wide + token * wide_width + n, wide_width, count, padded, columns, right);
      use.matmul(narrow_width, columns, padded, transposed, padded, right, columns, sums + n,
                 wide_width, token > part.begin);
    }
  }
  use.release();
}

template <class T>
void mlp_forward(const Primitives<T>& use, Index begin, Index end, const T* x,
                 const PackedWeight<T>& fc1, const float* bias1, const PackedWeight<T>& fc2,
                 const float* bias2, T* hidden, T* y) {
  const ChunkMemory bytes{kSums + sizeof(T) * static_cast<std::size_t>(fc1.out),
                          bytes_of(fc1) + bytes_of(fc2)};
  for_each_chunk(use, begin, end, bytes, [&](Index row, Index rows, Workspace& memory) {
    float* const sums = memory.get<float>(rows * kPanel);
    T* const value = memory.get<T>(rows * fc1.out);
    panels(use, rows, x + row * fc1.in, fc1, sums, [&](Index n, Index columns, float* c) {
      use.store_gelu(c, kPanel, rows, columns, bias1 + n,
                     hidden == nullptr ? nullptr : hidden + row * fc1.out + n, fc1.out, value + n,
                     fc1.out);
    });
    panels(use, rows, value, fc2, sums, [&](Index n, Index columns, float* c) {
      use.store_biased(c, kPanel, rows, columns, bias2 + n, y + row * fc2.out + n, fc2.out);
    });
  });
}

template <class T>
void mlp_backward(const Primitives<T>& use, Index begin, Index end, const T* gradient,
                  const PackedWeight<T>& fc1, const PackedWeight<T>& fc2, const T* hidden, T* value,
                  T* hidden_gradient, float* bias1_sums, float* bias2_sums, T* dx) {
  const Index width = fc2.out;
  const ChunkMemory bytes{kSums, bytes_of(fc1) + bytes_of(fc2)};
  for_each_chunk(use, begin, end, bytes, [&](Index row, Index rows, Workspace& memory) {
    float* const sums = memory.get<float>(rows * kPanel);
    const T* const g = gradient + row * fc2.in;
    use.column_sums(g, fc2.in, rows, fc2.in, bias2_sums);
    panels(use, rows, g, fc2, sums, [&](Index n, Index columns, float* c) {
      const Index at = row * width + n;
      use.gelu_gradient(c, kPanel, rows, columns, hidden + at, width, value + at,
                        hidden_gradient + at, bias1_sums + n);
    });
    panels(use, rows, hidden_gradient + row * width, fc1, sums,
           [&](Index n, Index columns, float* c) {
             use.store_biased(c, kPanel, rows, columns, nullptr, dx + row * fc1.out + n, fc1.out);
           });
  });
}

#define VIT_FOR(T)                                                                                 \
  template void pack_forward(const Primitives<T>&, const T*, Index, Index, T*);                    \
  template void pack_backward(const Primitives<T>&, const T*, Index, Index, T*);                   \
  template void linear_forward(const Primitives<T>&, Index, Index, const T*,                       \
                               const PackedWeight<T>&, const float*, T*);                          \
  template void linear_backward(const Primitives<T>&, Index, Index, const T*,                      \
                                const PackedWeight<T>&, float*, T*);                               \
  template void weight_gradient(const Primitives<T>&, const GradientPart&, const T*, Index,        \
                                const T*, Index, float*);                                          \
  template void mlp_forward(const Primitives<T>&, Index, Index, const T*, const PackedWeight<T>&,  \
                            const float*, const PackedWeight<T>&, const float*, T*, T*);           \
  template void mlp_backward(const Primitives<T>&, Index, Index, const T*, const PackedWeight<T>&, \
                             const PackedWeight<T>&, const T*, T*, T*, float*, float*, T*);
VIT_FOR(float)
VIT_FOR(Bf16)
#undef VIT_FOR

}  // namespace vit::kernels
