#pragma once

#include <torch/types.h>

namespace vit {

/// Fixed sine-cosine encoding of a token's place in the sequence (Vaswani et al. 2017, section
/// 3.5): channels 2k and 2k + 1 hold sin and cos of p / 10000^(2k / D). Computed in float64.
/// Returns [1, length, embed_dim] float32.
[[nodiscard]] torch::Tensor sincos1d_pos_embed(std::int64_t embed_dim, std::int64_t length);

}  // namespace vit
