#pragma once

#include <torch/types.h>

#include <cstdint>

#include "vit/core/fields.h"

namespace vit {

/// Where a patch stands, for rotary encodings.
enum class RopeKind {
  eva,     ///< row and column number, frequencies temperature^(-k / (Dh/4)): EVA-02, timm's `cat`
  dinov3,  ///< patch centres in [-1, 1], periods temperature^(2 k / (Dh/2))
};

struct RopeOptions {
  RopeKind kind = RopeKind::dinov3;
  std::int64_t head_dim = 0;  ///< Dh; a multiple of 4
  double temperature = 100.0;
  double grid_offset = 0.0;    ///< eva: added to the row and column numbers
  bool columns_first = false;  ///< timm's grid_indexing xy: the column's angles come first
  bool rotate_half = true;     ///< channel pairs (k, k + Dh/2); otherwise (2k, 2k + 1)
  Size2 reference{0, 0};       ///< eva: the grid to whose range positions are scaled; 0: none
};

/// The angles of every patch, for queries and keys alike.
struct Rotation {
  torch::Tensor sin, cos;  ///< [N, Dh]
  bool rotate_half = true;
  std::int64_t prefix_tokens = 0;  ///< tokens before the patches, which stay as they are
};

/// Two-dimensional rotary position encodings (Su et al. 2021; axial, as in EVA-02 and DINOv3
/// section 3.2): half of a head's channels turn with the row, half with the column. Throws Error
/// (usage) where head_dim is not a multiple of 4.
[[nodiscard]] Rotation rotary_encoding(const RopeOptions& options, Size2 grid,
                                       std::int64_t prefix_tokens);

/// Turns queries or keys x [B, H, prefix + N, Dh].
[[nodiscard]] torch::Tensor rotate(const torch::Tensor& x, const Rotation& rotation);

}  // namespace vit
