#pragma once

#include "vit/models/vit_options.h"
#include "vit/nn/rope.h"

namespace vit {

/// The rotary encoding that a ViT's options ask for; `rope_type` is not `none`.
[[nodiscard]] inline RopeOptions rope_options(const ViTOptions& options) {
  return {.kind = options.rope_type == "cat" ? RopeKind::eva : RopeKind::dinov3,
          .head_dim = options.embed_dim / options.num_heads,
          .temperature = options.rope_temperature,
          .grid_offset = options.rope_grid_offset,
          .columns_first = options.rope_grid_indexing == "xy",
          .rotate_half = options.rope_rotate_half,
          .reference = options.ref_feat_shape.value_or(Size2{})};
}

}  // namespace vit
