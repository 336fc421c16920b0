#pragma once

#include <torch/types.h>

#include <optional>
#include <string_view>

#include "vit/models/image_model.h"

namespace vit {

/// Traced models carry the rotary tables that a model of ours computes from its options: timm's
/// `rope.bands`, `rope.periods`, `rope.pos_embed`, `rope.pos_embed_cached`.
///
/// Whether the table `name` of a file has the numbers that `model` computes; a table of angles for
/// another grid than the model's is not compared. Nothing for other tensors, and for models without
/// rotary encodings.
[[nodiscard]] std::optional<bool> is_own_rotary_table(std::string_view name,
                                                      const torch::Tensor& table,
                                                      ImageModel& model);

}  // namespace vit
