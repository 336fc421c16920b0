#pragma once

#include "vit/image/coco_mask.h"
#include "vit/image/placement.h"

namespace vit {

/// Logits of an object's mask on a grid, row by row, that covers the input of a network.
struct MaskLogits {
  const float* values = nullptr;
  Size2 grid{};   ///< cells
  Size2 input{};  ///< pixels
};

/// The mask in the pixels of the image's file: those at whose middle the logits, read bilinearly,
/// are above 0 (as RF-DETR enlarges them: torch's interpolate without aligned corners, where the
/// whole image was scaled to the input). What is not in the input is not in the mask. Of a file
/// whose size is not known, the pixels of the input.
[[nodiscard]] RunLengths mask_in_file(const MaskLogits& logits, const Placement& placement);

}  // namespace vit
