#pragma once

#include <torch/types.h>

#include <vector>

#include "vit/loss/set_matching.h"
#include "vit/tasks/detect/rf_detr_transformer.h"

namespace vit {

/// The objects of an image, as a stage's boxes are compared with them.
struct RfDetrObjects {
  torch::Tensor boxes;   ///< [M, 4] float32: cx, cy, w, h in 0..1
  torch::Tensor labels;  ///< [M] int64
};

/// What it costs to make each query of one image (logits [Q, K], boxes [Q, 4]) answer for each
/// object: the part of the focal loss that the class would add (`class`), `l1` and `giou`, by the
/// weights of the options.
[[nodiscard]] CostParts rf_detr_costs(const torch::Tensor& logits, const torch::Tensor& boxes,
                                      const RfDetrObjects& objects, const RfDetrOptions& options);

/// The pairs of least cost of each image, for each group of queries by itself.
[[nodiscard]] std::vector<SetMatching> rf_detr_matching(const RfDetrStage& stage,
                                                        const std::vector<RfDetrObjects>& objects,
                                                        const RfDetrOptions& options,
                                                        std::int64_t groups);

/// Losses of a stage, unweighted, by the number of boxes that are to be found.
struct RfDetrLosses {
  torch::Tensor classes, l1, giou;
};

/// Boxes as DETR's (box_losses). Classes by binary cross entropy that knows the IoU (Cai et al.
/// 2024, Align-DETR): a matched query's target is t = p^0.25 IoU^0.75, at least 0.01, weighed t for
/// the object and 1 - t against it; everything else is weighed p^2 against an object.
[[nodiscard]] RfDetrLosses rf_detr_losses(const RfDetrStage& stage,
                                          const std::vector<RfDetrObjects>& objects,
                                          const std::vector<SetMatching>& matching,
                                          double num_boxes);

}  // namespace vit
