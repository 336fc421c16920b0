#pragma once

#include <torch/types.h>

#include <vector>

#include "vit/loss/point_sampling.h"
#include "vit/loss/set_matching.h"
#include "vit/tasks/detect/rf_detr_options.h"
#include "vit/tasks/detect/rf_detr_stage.h"

namespace vit {

/// The objects of an image, as a stage's boxes are compared with them.
struct RfDetrObjects {
  torch::Tensor boxes;    ///< [M, 4] float32: cx, cy, w, h in 0..1
  torch::Tensor labels;   ///< [M] int64
  torch::Tensor masks{};  ///< [M, H, W] uint8, 1 inside; undefined where they are not known
};

/// The points, the same for all images, in which a stage's masks are compared with those of
/// objects: [1, P, 2]; undefined where it has none.
[[nodiscard]] torch::Tensor matching_points(const RfDetrStage& stage, const RfDetrOptions& options,
                                            const DrawUniform& draw);

/// What it costs to make each query of an image answer for each object: the part of the focal loss
/// that the class would add (`class`), `l1` and `giou`, and where both have masks `mask_ce` and
/// `mask_dice` in `points`; by the weights of the options.
[[nodiscard]] CostParts rf_detr_costs(const RfDetrStage& stage, std::size_t image,
                                      const RfDetrObjects& objects, const RfDetrOptions& options,
                                      const torch::Tensor& points);

/// The pairs of least cost of each image, for each group of queries by itself. With masks, draws
/// matching_points.
[[nodiscard]] std::vector<SetMatching> rf_detr_matching(const RfDetrStage& stage,
                                                        const std::vector<RfDetrObjects>& objects,
                                                        const RfDetrOptions& options,
                                                        std::int64_t groups,
                                                        const DrawUniform& draw);

/// Losses of a stage, unweighted, by the number of boxes that are to be found.
struct RfDetrLosses {
  torch::Tensor classes, l1, giou;
  torch::Tensor mask_ce{}, mask_dice{};  ///< undefined where nothing was said of masks
};

/// Boxes as DETR's (box_losses). Classes by binary cross entropy that knows the IoU (Cai et al.
/// 2024, Align-DETR): a matched query's target is t = p^0.25 IoU^0.75, at least 0.01, weighed t for
/// the object and 1 - t against it; everything else is weighed p^2 against an object. Masks in
/// points, three quarters of them where the mask is the least sure (mask_losses,
/// uncertain_points); without any object that has a mask they are 0.
[[nodiscard]] RfDetrLosses rf_detr_losses(const RfDetrStage& stage,
                                          const std::vector<RfDetrObjects>& objects,
                                          const std::vector<SetMatching>& matching,
                                          double num_boxes, const RfDetrOptions& options,
                                          const DrawUniform& draw);

}  // namespace vit
