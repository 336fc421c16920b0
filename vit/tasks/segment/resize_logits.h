#pragma once

#include <torch/types.h>

#include "vit/core/fields.h"

namespace vit {

/// Logits [B, C, h, w] at another size, [B, C, height, width], bilinear with `align_corners` false:
/// logits are resized, and neither labels nor probabilities, before a loss or an argmax.
[[nodiscard]] torch::Tensor resize_logits(const torch::Tensor& logits, const Size2& size);

}  // namespace vit
