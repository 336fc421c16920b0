#pragma once

#include <string_view>

#include "vit/weights/naming/translation.h"

namespace vit {

/// The tensor that every Vision Transformer with timm's names has.
inline constexpr std::string_view kPatchEmbed = "patch_embed.proj.weight";

/// What the report says of a bias that a file does not have.
inline constexpr std::string_view kZeroBias = "no bias: zeros";

/// Takes everything that is left under the name it has, but for what stood beside the encoder.
void take_timm_names(Translation& names);

/// Tables of relative positions, which BEiT's blocks have each or share (`rel_pos_bias`), under the
/// name of the module here, `blocks.*.attn.rel_pos.`.
void take_relative_positions(Translation& names);

/// Positions of class token and registers folded into these tokens, as timm keeps them: `pos_embed`
/// [1, 1 + N, D] covers the class token, registers have no position (DINOv2 with registers).
void fold_class_position(Translation& names);

/// What a bias of keys means where keys have none.
enum class KeyBias {
  none,    ///< there is none in such a model
  masked,  ///< whatever stands there is set to 0 by the model
};

/// `attn.qkv.bias` [3 D] as `attn.q_bias` and `attn.v_bias`, timm's names for models whose keys
/// have no bias (EVA, DINOv3); where all are zero they are left out, as timm's published variants
/// do. Throws Error (weights) for a bias of keys that is not said to be masked.
void split_qkv_bias(Translation& names, KeyBias keys);

}  // namespace vit
