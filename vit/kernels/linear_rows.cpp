#include "vit/kernels/linear_rows.h"

#include <algorithm>

#include "vit/kernels/row_chunks.h"
#include "vit/kernels/workspace.h"

namespace vit::kernels {
namespace {

using Index = std::int64_t;

/// What multiplies by a weight.
template <class T>
const Primitives<T>& products(const Primitives<T>& use, const PackedWeight<T>&) {
  return use;
}
template <class T>
const Int8Primitives& products(const Primitives<T>&, const QuantizedWeight& weight) {
  return *weight.int8;
}

/// Scratch memory for each row in front of a weight: the sums of a panel are counted apart (kSums).
template <class T>
std::size_t row_bytes(const PackedWeight<T>&) {
  return 0;
}
std::size_t row_bytes(const QuantizedWeight& weight) {  // in 8 bits, with its scale
  return sizeof(float) + static_cast<std::size_t>(weight.in);
}
constexpr std::size_t kSums = sizeof(float) * kPanel;

template <class Weight>
std::size_t bytes_of(const Weight& weight, Index columns) {
  return sizeof(*weight.packed) * static_cast<std::size_t>(weight.in * columns);
}
template <class Weight>
std::size_t bytes_of(const Weight& weight) {
  return bytes_of(weight, weight.out);
}

struct Columns {
  Index begin, end;
};

/// Calls done(first column, columns, sums [rows, kPanel]) for each panel of x W in `which` columns.
template <class T, class Done>
void panels(const Primitives<T>& use, Index rows, const T* x, const PackedWeight<T>& weight,
            Columns which, float* sums, Workspace&, const Done& done) {
  for (Index n = which.begin; n < which.end; n += kPanel) {
    const Index columns = std::min(kPanel, weight.out - n);
    use.matmul(rows, columns, weight.in, x, weight.in, weight.packed + n * weight.in, columns, sums,
               kPanel, false);
    done(n, columns, sums);
  }
}
template <class T, class Done>
void panels(const Primitives<T>& use, Index rows, const T* x, const QuantizedWeight& weight,
            Columns which, float* sums, Workspace& memory, const Done& done) {
  auto* const u = memory.get<std::uint8_t>(rows * weight.in);
  auto* const scales = memory.get<float>(rows);
  use.quantize(x, weight.in, rows, weight.in, u, weight.in, scales);
  for (Index n = which.begin; n < which.end; n += kPanel) {
    const Index columns = std::min(kPanel, weight.out - n);
    weight.int8->matmul(rows, columns, weight.in, u, weight.in, weight.packed + n * weight.in,
                        columns, sums, kPanel);
    weight.int8->dequantize(sums, kPanel, rows, columns, scales, weight.scales + n,
                            weight.offsets + n);
    done(n, columns, sums);
  }
}
template <class T, class Weight, class Done>
void panels(const Primitives<T>& use, Index rows, const T* x, const Weight& weight, float* sums,
            Workspace& memory, const Done& done) {
  panels(use, rows, x, weight, {0, weight.out}, sums, memory, done);
}

/// Calls done(first row, rows, first column, columns, sums [rows, kPanel]) for all of a part of x
/// W.
template <class T, class Weight, class Done>
void output_part(const Primitives<T>& use, const OutputPart& part, const T* x, const Weight& weight,
                 const Done& done) {
  const ChunkMemory bytes{kSums + row_bytes(weight),
                          bytes_of(weight, part.column_end - part.column)};
  for_each_chunk(
      products(use, weight), part.begin, part.end, bytes,
      [&](Index row, Index rows, Workspace& memory) {
        float* const sums = memory.get<float>(rows * kPanel);
        panels(use, rows, x + row * weight.in, weight, {part.column, part.column_end}, sums, memory,
               [&](Index n, Index columns, float* c) { done(row, rows, n, columns, c); });
      });
}

/// `count` tokens of the left operand, from `token` on, by way of `scratch`.
template <class T>
void transpose(const Primitives<T>& use, Index token, Index count, const LeftTokens<T>& left,
               T* scratch, T* transposed) {
  const Index padded = round_up(count, kTokenPadding);
  use.pack(left.rows + token * left.width, left.width, count, padded, left.width, scratch);
  use.transpose_packed(scratch, padded, left.width, transposed);
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

template <class T, class Weight>
void linear_forward(const Primitives<T>& use, const OutputPart& part, const T* x,
                    const Weight& weight, const float* bias, T* y) {
  output_part(use, part, x, weight, [&](Index row, Index rows, Index n, Index columns, float* c) {
    use.store_biased(c, kPanel, rows, columns, bias == nullptr ? nullptr : bias + n,
                     y + row * weight.out + n, weight.out);
  });
}

template <class T, class Weight>
void gelu_linear_forward(const Primitives<T>& use, const OutputPart& part, const T* x,
                         const Weight& weight, const float* bias, T* value) {
  output_part(use, part, x, weight, [&](Index row, Index rows, Index n, Index columns, float* c) {
    use.store_gelu(c, kPanel, rows, columns, bias + n, nullptr, 0, value + row * weight.out + n,
                   weight.out);
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
    panels(use, rows, g, weight, sums, memory, [&](Index n, Index columns, float* c) {
      use.store_biased(c, kPanel, rows, columns, nullptr, dx + row * weight.out + n, weight.out);
    });
  });
}

template <class T>
void transpose_tokens(const Primitives<T>& use, Index begin, Index end, const LeftTokens<T>& left) {
  const Index count = end - begin, padded = round_up(count, kTokenPadding);
  Workspace& memory = Workspace::of_thread();
  memory.reset(sizeof(T) * static_cast<std::size_t>(padded * left.width) + 64);
  transpose(use, begin, count, left, memory.get<T>(padded * left.width),
            left.transposed + begin * left.width);
}

template <class T>
void weight_gradient(const Primitives<T>& use, const GradientPart& part, const LeftTokens<T>& left,
                     const RightTokens<T>& right, float* sums) {
  const Index left_room = left.transposed == nullptr ? part.chunk * left.width : 0,
              right_room = right.rows == nullptr ? 0 : part.chunk * kPanel;
  Workspace& memory = Workspace::of_thread();
  memory.reset(sizeof(T) * static_cast<std::size_t>(2 * left_room + right_room) + 256);
  T *const scratch = memory.get<T>(left_room), *const turned = memory.get<T>(left_room),
           *const panel = memory.get<T>(right_room);
  for (Index token = part.begin; token < part.end; token += part.chunk) {
    const Index count = std::min(part.chunk, part.end - token),
                padded = round_up(count, kTokenPadding);
    if (left_room > 0) transpose(use, token, count, left, scratch, turned);
    const T* const transposed = left_room > 0 ? turned : left.transposed + token * left.width;
    for (Index n = part.column; n < part.column_end; n += kPanel) {
      const Index columns = std::min(kPanel, part.column_end - n);
      if (right_room > 0)
        use.pack(right.rows + token * right.width + n, right.width, count, padded, columns, panel);
      use.matmul(left.width, columns, padded, transposed, padded,
                 right_room > 0 ? panel : right.packed.at(token, n), columns, sums + n, right.width,
                 token > part.begin);
    }
  }
  use.release();
}

template <class T, class Weight>
void mlp_forward(const Primitives<T>& use, Index begin, Index end, const T* x, const Weight& fc1,
                 const float* bias1, const Weight& fc2, const float* bias2, T* hidden, T* y) {
  const ChunkMemory bytes{
      kSums + row_bytes(fc1) + row_bytes(fc2) + sizeof(T) * static_cast<std::size_t>(fc1.out),
      bytes_of(fc1) + bytes_of(fc2)};
  const auto chunk = [&](Index row, Index rows, Workspace& memory) {
    float* const sums = memory.get<float>(rows * kPanel);
    T* const value = memory.get<T>(rows * fc1.out);
    panels(use, rows, x + row * fc1.in, fc1, sums, memory, [&](Index n, Index columns, float* c) {
      use.store_gelu(c, kPanel, rows, columns, bias1 + n,
                     hidden == nullptr ? nullptr : hidden + row * fc1.out + n, fc1.out, value + n,
                     fc1.out);
    });
    panels(use, rows, value, fc2, sums, memory, [&](Index n, Index columns, float* c) {
      use.store_biased(c, kPanel, rows, columns, bias2 + n, y + row * fc2.out + n, fc2.out);
    });
  };
  for_each_chunk(products(use, fc1), begin, end, bytes, chunk);
}

template <class T>
void mlp_backward(const Primitives<T>& use, Index begin, Index end, const T* gradient,
                  const PackedWeight<T>& fc1, const PackedWeight<T>& fc2, const T* hidden,
                  const PackedTokens<T>& value, const PackedTokens<T>& hidden_gradient,
                  float* bias1_sums, float* bias2_sums, T* dx) {
  const Index width = fc2.out;
  const ChunkMemory bytes{kSums + sizeof(T) * static_cast<std::size_t>(width),
                          bytes_of(fc1) + bytes_of(fc2)};
  for_each_chunk(use, begin, end, bytes, [&](Index row, Index rows, Workspace& memory) {
    float* const sums = memory.get<float>(rows * kPanel);
    T* const dh = memory.get<T>(rows * width);
    const T* const g = gradient + row * fc2.in;
    use.column_sums(g, fc2.in, rows, fc2.in, bias2_sums);
    panels(use, rows, g, fc2, sums, memory, [&](Index n, Index columns, float* c) {
      use.gelu_gradient(c, kPanel, rows, columns, hidden + row * width + n, width, value.at(row, n),
                        dh + n, width, hidden_gradient.at(row, n), bias1_sums + n);
    });
    panels(use, rows, dh, fc1, sums, memory, [&](Index n, Index columns, float* c) {
      use.store_biased(c, kPanel, rows, columns, nullptr, dx + row * fc1.out + n, fc1.out);
    });
  });
}

#define VIT_FOR_WEIGHT(T, Weight)                                                                \
  template void linear_forward(const Primitives<T>&, const OutputPart&, const T*, const Weight&, \
                               const float*, T*);                                                \
  template void gelu_linear_forward(const Primitives<T>&, const OutputPart&, const T*,           \
                                    const Weight&, const float*, T*);                            \
  template void mlp_forward(const Primitives<T>&, Index, Index, const T*, const Weight&,         \
                            const float*, const Weight&, const float*, T*, T*);
#define VIT_FOR(T)                                                                                 \
  template void pack_forward(const Primitives<T>&, const T*, Index, Index, T*);                    \
  template void pack_backward(const Primitives<T>&, const T*, Index, Index, T*);                   \
  template void linear_backward(const Primitives<T>&, Index, Index, const T*,                      \
                                const PackedWeight<T>&, float*, T*);                               \
  template void transpose_tokens(const Primitives<T>&, Index, Index, const LeftTokens<T>&);        \
  template void weight_gradient(const Primitives<T>&, const GradientPart&, const LeftTokens<T>&,   \
                                const RightTokens<T>&, float*);                                    \
  template void mlp_backward(const Primitives<T>&, Index, Index, const T*, const PackedWeight<T>&, \
                             const PackedWeight<T>&, const T*, const PackedTokens<T>&,             \
                             const PackedTokens<T>&, float*, float*, T*);                          \
  VIT_FOR_WEIGHT(T, PackedWeight<T>)                                                               \
  VIT_FOR_WEIGHT(T, QuantizedWeight)
VIT_FOR(float)
VIT_FOR(Bf16)
#undef VIT_FOR
#undef VIT_FOR_WEIGHT

}  // namespace vit::kernels
