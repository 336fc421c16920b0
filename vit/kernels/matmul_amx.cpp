#include "vit/kernels/matmul_amx.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <type_traits>

namespace vit::kernels {
namespace {

using Index = std::int64_t;

constexpr Index kRows = 16;  // of a tile; also the words in a row of one
constexpr Index kLine = 64;  // bytes in a row of a tile
constexpr Index kPair = 2 * kRows;

/// Tiles 0 to 3 hold a block of c (two rows of two tiles), 4 and 5 hold a, 6 and 7 hold b.
struct Shape {
  Index upper = 0, lower = 0;  // rows of the two rows of tiles
  Index depth = 0;             // bytes of a's rows
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
  for (const std::size_t tile : {0, 1}) set(tile, shape.upper, kLine);
  for (const std::size_t tile : {2, 3}) set(tile, shape.lower, kLine);
  set(4, shape.upper, shape.depth);
  set(5, shape.lower, shape.depth);
  for (const std::size_t tile : {6, 7}) set(tile, shape.depth / 4, kLine);
  asm volatile("" : : "r"(&config) : "memory");  // gcc's intrinsic names the first eight bytes only
  _tile_loadconfig(&config);
  configured = shape;
}

/// The operands of a block, strides in bytes.
struct Block {
  const std::byte* a;
  Index lda;
  const std::byte* b;
  Index ldb;
  float* c;
  Index ldc;
};

// c += a b, in tiles. A macro, for the instructions take the numbers of tiles as literals only.
#define VIT_DOT(c, a, b)                   \
  do {                                     \
    if constexpr (std::is_same_v<T, Bf16>) \
      _tile_dpbf16ps(c, a, b);             \
    else                                   \
      _tile_dpbusd(c, a, b);               \
  } while (false)

/// Fetches the rows of a tile into the nearest cache.
inline void prefetch(const std::byte* tile, Index stride) {
#pragma GCC unroll 16
  for (Index i = 0; i < kRows; ++i)
    _mm_prefetch(reinterpret_cast<const char*>(tile + i * stride), _MM_HINT_T0);
}

/// A block of c, of `rows` x `columns` tiles, over `steps` tiles of depth. Operands are fetched a
/// step ahead, after the last step those of the block below: where another thread shares the core,
/// and with it the nearest cache and half of what a core keeps in flight, that makes products
/// faster by half (where none does, slower by a twelfth).
template <class T, int rows, int columns>
inline void multiply(const Block& block, Index steps, bool add) {
  const Index below = kRows * block.lda;
  const std::byte *a = block.a, *b = block.b;
  const bool deep = steps > 2;  // a shallow strip of b stays near
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
    const bool last = steps == 1;
    const std::byte *const next_a = last ? block.a + 2 * below : a + kLine,
                           *const next_b = last ? block.b : b + kRows * block.ldb;
    _tile_loadd(6, b, block.ldb);
    _tile_loadd(4, a, block.lda);
    VIT_DOT(0, 4, 6);
    prefetch(next_a, block.lda);
    if constexpr (rows == 2) {
      _tile_loadd(5, a + below, block.lda);
      VIT_DOT(2, 5, 6);
      prefetch(next_a + below, block.lda);
    }
    if (deep) prefetch(next_b, block.ldb);
    if constexpr (columns == 2) {
      _tile_loadd(7, b + kLine, block.ldb);
      VIT_DOT(1, 4, 7);
      if (deep) prefetch(next_b + kLine, block.ldb);
    }
    if constexpr (rows == 2 && columns == 2) VIT_DOT(3, 5, 7);
    a = next_a;
    b = next_b;
  }
  _tile_stored(0, c, block.ldc);
  if constexpr (columns == 2) _tile_stored(1, c + kRows, block.ldc);
  if constexpr (rows == 2) _tile_stored(2, c_below, block.ldc);
  if constexpr (rows == 2 && columns == 2) _tile_stored(3, c_below + kRows, block.ldc);
}

#undef VIT_DOT

/// All columns of `m` rows: whole pairs of tiles below one another, or (`rows` 1) at most one tile.
/// The strip of b that is multiplied with all rows stays in the nearest cache.
template <class T, int rows>
void strips(const Block& all, Index m, Index n, Index steps, bool add) {
  for (Index j = 0; j < n; j += kPair) {
    Block block = all;
    block.b += 4 * j;
    block.c += j;
    for (Index i = 0; i < m; i += kPair) {
      if (n - j >= kPair)
        multiply<T, rows, 2>(block, steps, add);
      else
        multiply<T, rows, 1>(block, steps, add);
      block.a += kPair * all.lda;
      block.c += kPair * (all.ldc / 4);
    }
  }
}

/// Over `steps` tiles of `depth` bytes.
template <class T>
void multiply_all(Block block, Index m, Index n, Index steps, Index depth, bool add) {
  const Index whole = m / kPair * kPair, rest = m - whole;
  if (whole > 0) {
    configure({kRows, kRows, depth});
    strips<T, 2>(block, whole, n, steps, add);
  }
  if (rest == 0) return;
  block.a += whole * block.lda;
  block.c += whole * (block.ldc / 4);
  if (rest > kRows) {
    configure({kRows, rest - kRows, depth});
    strips<T, 2>(block, rest, n, steps, add);
  } else {
    configure({rest, rest, depth});
    strips<T, 1>(block, rest, n, steps, add);
  }
}

/// `depth` bytes of a's rows.
template <class T>
void multiply_whole(const Block& block, Index m, Index n, Index depth, bool add) {
  const Index steps = depth / kLine, rest = depth % kLine;
  if (steps > 0) multiply_all<T>(block, m, n, steps, kLine, add);
  if (rest == 0) return;
  Block last = block;
  last.a += steps * kLine;
  last.b += steps * kRows * block.ldb;
  multiply_all<T>(last, m, n, 1, rest, add || steps > 0);
}

const std::byte* bytes(const void* memory) { return static_cast<const std::byte*>(memory); }

}  // namespace

void amx_matmul(Index m, Index n, Index k, const Bf16* a, Index lda, const Bf16* b, Index ldb,
                float* c, Index ldc, bool add) {
  multiply_whole<Bf16>({bytes(a), 2 * lda, bytes(b), 4 * ldb, c, 4 * ldc}, m, n, 2 * k, add);
}

void amx_matmul_int8(Index m, Index n, Index k, const std::uint8_t* a, Index lda, const Int8* b,
                     Index ldb, float* c, Index ldc) {
  multiply_whole<Int8>({bytes(a), lda, bytes(b), 4 * ldb, c, 4 * ldc}, m, n, k, /*add=*/false);
}

void amx_release() {
  _tile_release();
  configured = {};
}

}  // namespace vit::kernels

#endif  // __x86_64__
