#include "vit/kernels/quantized_rows.h"

#include <algorithm>

#include "vit/kernels/row_chunks.h"

namespace vit::kernels {
namespace {

using Index = std::int64_t;

/// Bytes a row of a chunk: the sums of a panel, the scale, and the row in 8 bits.
std::size_t row_bytes(Index in) {
  return sizeof(float) * (kPanel + 1) + static_cast<std::size_t>(in);
}

std::size_t bytes_of(const QuantizedWeight& weight) {
  return static_cast<std::size_t>(weight.in * weight.out);
}

/// Calls done(first column, columns, sums [rows, kPanel]) for each panel of x W, x [rows, in].
template <class T, class Done>
void panels(const Primitives<T>& use, const Int8Primitives& int8, Index rows, const T* x,
            const QuantizedWeight& weight, float* sums, Workspace& memory, const Done& done) {
  auto* const u = memory.get<std::uint8_t>(rows * weight.in);
  auto* const scales = memory.get<float>(rows);
  use.quantize(x, weight.in, rows, weight.in, u, weight.in, scales);
  for (Index n = 0; n < weight.out; n += kPanel) {
    const Index columns = std::min(kPanel, weight.out - n);
    int8.matmul(rows, columns, weight.in, u, weight.in, weight.packed + n * weight.in, columns,
                sums, kPanel);
    int8.dequantize(sums, kPanel, rows, columns, scales, weight.scales + n, weight.offsets + n);
    done(n, columns, sums);
  }
}

}  // namespace

void pack_quantized(const Int8Primitives& int8, const Int8* v, Index out, Index in, Int8* packed) {
  for (Index n = 0; n < out; n += kPanel)
    int8.pack_transposed(v + n * in, in, std::min(kPanel, out - n), in, packed + n * in);
}

template <class T>
void quantized_linear(const Primitives<T>& use, const Int8Primitives& int8, Index begin, Index end,
                      const T* x, const QuantizedWeight& weight, const float* bias, T* y) {
  const ChunkMemory bytes{row_bytes(weight.in), bytes_of(weight)};
  for_each_chunk(int8, begin, end, bytes, [&](Index row, Index rows, Workspace& memory) {
    float* const sums = memory.get<float>(rows * kPanel);
    panels(use, int8, rows, x + row * weight.in, weight, sums, memory,
           [&](Index n, Index columns, float* c) {
             use.store_biased(c, kPanel, rows, columns, bias == nullptr ? nullptr : bias + n,
                              y + row * weight.out + n, weight.out);
           });
  });
}

template <class T>
void quantized_mlp(const Primitives<T>& use, const Int8Primitives& int8, Index begin, Index end,
                   const T* x, const QuantizedWeight& fc1, const float* bias1,
                   const QuantizedWeight& fc2, const float* bias2, T* y) {
  const ChunkMemory bytes{
      row_bytes(fc1.in) + row_bytes(fc2.in) + sizeof(T) * static_cast<std::size_t>(fc1.out),
      bytes_of(fc1) + bytes_of(fc2)};
  for_each_chunk(int8, begin, end, bytes, [&](Index row, Index rows, Workspace& memory) {
    float* const sums = memory.get<float>(rows * kPanel);
    T* const value = memory.get<T>(rows * fc1.out);
    panels(use, int8, rows, x + row * fc1.in, fc1, sums, memory,
           [&](Index n, Index columns, float* c) {
             use.store_gelu(c, kPanel, rows, columns, bias1 + n, nullptr, 0, value + n, fc1.out);
           });
    panels(use, int8, rows, value, fc2, sums, memory, [&](Index n, Index columns, float* c) {
      use.store_biased(c, kPanel, rows, columns, bias2 + n, y + row * fc2.out + n, fc2.out);
    });
  });
}

#define VIT_FOR(T)                                                                                 \
  template void quantized_linear(const Primitives<T>&, const Int8Primitives&, Index, Index,        \
                                 const T*, const QuantizedWeight&, const float*, T*);              \
  template void quantized_mlp(const Primitives<T>&, const Int8Primitives&, Index, Index, const T*, \
                              const QuantizedWeight&, const float*, const QuantizedWeight&,        \
                              const float*, T*);
VIT_FOR(float)
VIT_FOR(Bf16)
#undef VIT_FOR

}  // namespace vit::kernels
