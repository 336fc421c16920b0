#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "vit/kernels/workspace.h"

namespace vit::kernels {

/// Columns that linear layers make at a time: PackedWeight's panels.
inline constexpr std::int64_t kPanel = 64;

/// Bytes: the scratch memory of each row, and all weights.
struct ChunkMemory {
  std::size_t row, weights;
};

/// Calls body(first row, rows, memory) for as many of the rows [begin, end) at a time as the set of
/// primitives likes best. The last chunk has up to half as many more: one of three rows would read
/// all the weights for them. `memory` has room for `bytes.row` for each row, in up to eight parts,
/// and holds nothing from one chunk to the next.
template <class Set, class Body>
void for_each_chunk(const Set& use, std::int64_t begin, std::int64_t end, const ChunkMemory& bytes,
                    const Body& body) {
  constexpr std::size_t kPadding = 8 * 64, kLarge = std::size_t{1} << 20;
  const std::int64_t usual =
      bytes.weights > kLarge ? use.chunk_rows.of_large_weights : use.chunk_rows.usual;
  const std::int64_t limit = usual + usual / 2;
  const auto most = static_cast<std::size_t>(std::min(end - begin, limit));
  Workspace& memory = Workspace::of_thread();
  while (begin < end) {
    const std::int64_t rows = end - begin < limit ? end - begin : usual;
    memory.reset(most * bytes.row + kPadding);
    body(begin, rows, memory);
    begin += rows;
  }
  use.release();
}

}  // namespace vit::kernels
