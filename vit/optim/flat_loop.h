#pragma once

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdint>

namespace vit {

/// Numbers that one thread takes at a time. Fixed, so that sums over pieces do not depend on the
/// number of threads.
inline constexpr std::int64_t kFlatPiece = 1 << 15;

[[nodiscard]] inline std::int64_t flat_pieces(std::int64_t size) {
  return (size + kFlatPiece - 1) / kFlatPiece;
}

/// Calls body(piece, begin, end) for every piece of [0, size), on all threads.
template <class Body>
void for_each_piece(std::int64_t size, const Body& body) {
  at::parallel_for(0, flat_pieces(size), 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t piece = first; piece < last; ++piece)
      body(piece, piece * kFlatPiece, std::min(size, (piece + 1) * kFlatPiece));
  });
}

/// Whether all are dense float32 in the processor's memory, so that plain loops may run over them.
template <class... Tensors>
[[nodiscard]] bool is_flat(const Tensors&... tensors) {
  return (
      (tensors.is_cpu() && tensors.scalar_type() == torch::kFloat32 && tensors.is_contiguous()) &&
      ...);
}

}  // namespace vit
