#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "vit/core/fields.h"
#include "vit/loss/set_matching.h"
#include "vit/tasks/detect/detector.h"

namespace vit {

/// transformers' names and defaults, which are DETR's.
struct DetrLossOptions {
  double class_cost = 1, bbox_cost = 5, giou_cost = 2;          ///< of the matching
  double bbox_loss_coefficient = 5, giou_loss_coefficient = 2;  ///< beside the class's 1
  double eos_coefficient = 0.1;  ///< weight of "no object" in the cross entropy
};
void describe(FieldVisitor& visitor, DetrLossOptions& options);

/// What each query says.
struct DetrOutputs {
  torch::Tensor logits;  ///< [B, Q, K + 1] float32, the last of which is "no object"
  torch::Tensor boxes;   ///< [B, Q, 4] float32: cx, cy, w, h in 0..1
};

/// What DetrLoss calls its parts.
[[nodiscard]] std::vector<std::string> detr_loss_parts();

/// DETR's loss (Carion et al. 2020, section 3.1) for images of `size` pixels: each object gets the
/// query that it costs least, the other queries are to say "no object". Parts: `class`, the cross
/// entropy; `l1` and `giou` of the matched boxes by the number of objects in the batch, at least 1;
/// and, for reading alone, `class_error` (percent of the matched queries whose class is wrong) and
/// `cardinality_error` (by how many objects an image's count is wrong).
[[nodiscard]] DetectorLoss detr_loss(const DetrOutputs& outputs,
                                     const std::vector<ObjectTargets>& targets, Size2 size,
                                     const DetrLossOptions& options);

/// Who answers for which object, with the costs `class`, `l1` and `giou`, by ascending query.
[[nodiscard]] std::vector<std::vector<ObjectMatch>> detr_matches(
    const DetrOutputs& outputs, const std::vector<ObjectTargets>& targets, Size2 size,
    const DetrLossOptions& options);

}  // namespace vit
