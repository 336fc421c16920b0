#include "vit/kernels/matmul_amx.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <array>

namespace vit::kernels {
namespace {

using Index = std::int64_t;

constexpr Index kRows = 16;   // of a tile; also the floats or words in a row of one
constexpr Index kDepth = 32;  // bf16 numbers in a row of a tile of a
constexpr Index kPair = 2 * kRows;

/// Tiles 0 to 3 hold a block of c (two rows of two tiles), 4 and 5 hold a, 6 and 7 hold b.
struct Shape {
  Index upper = 0, lower = 0;  // rows of the two rows of tiles
  Index depth = 0;
  bool operator==(const Shape&) const = default;
};

/// What this thread's tiles are configured for. Configuring costs as much as eight products of
/// tiles.
thread_local Shape configured;

void configure(const Shape& shape) {
  if (configured == shape) return;
  struct alignas(64) {  // as the instruction reads it
    std::uint8_t palette = 1, start_row = 0;
    std::array<std::uint8_t, 14> reserved{};
    std::array<std::uint16_t, 16> row_bytes{};
    std::array<std::uint8_t, 16> rows{};
  } config;
  const auto set = [&](std::size_t tile, Index rows, Index bytes) {
    config.rows[tile] = static_cast<std::uint8_t>(rows);
    config.row_bytes[tile] = static_cast<std::uint16_t>(bytes);
  };
  const Index line = kRows * static_cast<Index>(sizeof(float));
  for (const std::size_t tile : {0, 1}) set(tile, shape.upper, line);
  for (const std::size_t tile : {2, 3}) set(tile, shape.lower, line);
  set(4, shape.upper, 2 * shape.depth);
  set(5, shape.lower, 2 * shape.depth);
  for (const std::size_t tile : {6, 7}) set(tile, shape.depth / 2, line);
  asm volatile("" : : "r"(&config) : "memory");  // gcc's intrinsic names the first eight bytes only
  _tile_loadconfig(&config);
  configured = shape;
}

/// The operands of a block, strides in bytes.
struct Block {
  const Bf16* a;
  Index lda;
  const Bf16* b;
  Index ldb;
  float* c;
  Index ldc;
};

/// A block of c, of `rows` x `columns` tiles, over `steps` tiles of depth.
template <int rows, int columns>
inline void multiply(const Block& block, Index steps, bool add) {
  const Bf16 *a = block.a, *below = a + kRows * (block.lda / 2), *b = block.b;
  float *const c = block.c, *const c_below = c + kRows * (block.ldc / 4);
  if (add) {
    _tile_loadd(0, c, block.ldc);
    if constexpr (columns == 2) _tile_loadd(1, c + kRows, block.ldc);
    if constexpr (rows == 2) _tile_loadd(2, c_below, block.ldc);
    if constexpr (rows == 2 && columns == 2) _tile_loadd(3, c_below + kRows, block.ldc);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (; steps > 0; --steps) {
    _tile_loadd(6, b, block.ldb);
    _tile_loadd(4, a, block.lda);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (rows == 2) {
      _tile_loadd(5, below, block.lda);
      _tile_dpbf16ps(2, 5, 6);
    }
    if constexpr (columns == 2) {
      _tile_loadd(7, b + 2 * kRows, block.ldb);
      _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (rows == 2 && columns == 2) _tile_dpbf16ps(3, 5, 7);
    a += kDepth;
    below += kDepth;
    b += kRows * (block.ldb / 2);
  }
  _tile_stored(0, c, block.ldc);
  if constexpr (columns == 2) _tile_stored(1, c + kRows, block.ldc);
  if constexpr (rows == 2) _tile_stored(2, c_below, block.ldc);
  if constexpr (rows == 2 && columns == 2) _tile_stored(3, c_below + kRows, block.ldc);
}

/// All columns of `m` rows: whole pairs of tiles below one another, or (`rows` 1) at most one tile.
/// The strip of b that is multiplied with all rows stays in the nearest cache.
template <int rows>
void strips(const Block& all, Index m, Index n, Index steps, bool add) {
  for (Index j = 0; j < n; j += kPair) {
    Block block = all;
    block.b += 2 * j;
    block.c += j;
    for (Index i = 0; i < m; i += kPair) {
      if (n - j >= kPair)
        multiply<rows, 2>(block, steps, add);
      else
        multiply<rows, 1>(block, steps, add);
      block.a += kPair * (all.lda / 2);
      block.c += kPair * (all.ldc / 4);
    }
  }
}

/// Over `steps` tiles of `depth`.
void multiply_all(Block block, Index m, Index n, Index steps, Index depth, bool add) {
  const Index whole = m / kPair * kPair, rest = m - whole;
  if (whole > 0) {
    configure({kRows, kRows, depth});
    strips<2>(block, whole, n, steps, add);
  }
  if (rest == 0) return;
  block.a += whole * (block.lda / 2);
  block.c += whole * (block.ldc / 4);
  if (rest > kRows) {
    configure({kRows, rest - kRows, depth});
    strips<2>(block, rest, n, steps, add);
  } else {
    configure({rest, rest, depth});
    strips<1>(block, rest, n, steps, add);
  }
}

}  // namespace

void amx_matmul(Index m, Index n, Index k, const Bf16* a, Index lda, const Bf16* b, Index ldb,
                float* c, Index ldc, bool add) {
  const Index steps = k / kDepth, rest = k % kDepth;
  const Block block{a, 2 * lda, b, 4 * ldb, c, 4 * ldc};
  if (steps > 0) multiply_all(block, m, n, steps, kDepth, add);
  if (rest == 0) return;
  Block last = block;
  last.a += steps * kDepth;
  last.b += steps * kDepth * ldb;
  multiply_all(last, m, n, 1, rest, add || steps > 0);
}

void amx_release() {
  _tile_release();
  configured = {};
}

}  // namespace vit::kernels

#endif  // __x86_64__
