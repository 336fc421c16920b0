#include "vit/tasks/detect/rf_detr_loss.h"

#include <ATen/ops/log_sigmoid.h>
#include <torch/utils.h>

#include <algorithm>

#include "vit/loss/box_ops.h"
#include "vit/loss/mask_losses.h"

namespace vit {

torch::Tensor matching_points(const RfDetrStage& stage, const RfDetrOptions& options,
                              const DrawUniform& draw) {
  if (!stage.masks.defined()) return {};
  const std::int64_t cells = stage.masks.cells.size(2) * stage.masks.cells.size(3);
  return draw({1, std::max<std::int64_t>(1, cells / options.mask_point_sample_ratio), 2});
}

CostParts rf_detr_costs(const RfDetrStage& stage, std::size_t image, const RfDetrObjects& objects,
                        const RfDetrOptions& options, const torch::Tensor& points) {
  constexpr double kAlpha = 0.25;
  const auto row = static_cast<std::int64_t>(image);
  const torch::Tensor logits = stage.logits[row], boxes = stage.boxes[row];
  const torch::Tensor p = logits.sigmoid();
  const torch::Tensor with = -kAlpha * (1 - p).square() * at::log_sigmoid(logits);
  const torch::Tensor without = -(1 - kAlpha) * p.square() * at::log_sigmoid(-logits);
  CostParts costs{
      {"class", options.set_cost_class * (with - without).index_select(1, objects.labels)}};
  for (auto& part : box_costs(boxes, objects.boxes, options.set_cost_bbox, options.set_cost_giou))
    costs.push_back(std::move(part));
  if (!points.defined() || !objects.masks.defined()) return costs;
  const torch::Tensor cells =  // [C, P]
      sample_points(stage.masks.cells.narrow(0, row, 1).to(torch::kFloat32), points)[0];
  const torch::Tensor all = torch::arange(objects.masks.size(0), objects.labels.options());
  for (auto& part : mask_costs(stage.masks.queries[row].to(torch::kFloat32).matmul(cells),
                               sample_masks(objects.masks, all, points), options.mask_ce_loss_coef,
                               options.mask_dice_loss_coef))
    costs.push_back(std::move(part));
  return costs;
}

std::vector<SetMatching> rf_detr_matching(const RfDetrStage& stage,
                                          const std::vector<RfDetrObjects>& objects,
                                          const RfDetrOptions& options, std::int64_t groups,
                                          const DrawUniform& draw) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor points = matching_points(stage, options, draw);
  std::vector<SetMatching> matching;
  for (std::size_t i = 0; i < objects.size(); ++i)
    matching.push_back(match_sets(rf_detr_costs(stage, i, objects[i], options, points), groups));
  return matching;
}

namespace {

/// The masks of the matched queries against those of their objects.
MaskLosses losses_of_masks(const RfDetrStage& stage, const std::vector<RfDetrObjects>& objects,
                           const std::vector<SetMatching>& matching, const RfDetrOptions& options,
                           const DrawUniform& draw) {
  std::vector<torch::Tensor> images, queries;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (!objects[i].masks.defined()) continue;
    images.push_back(torch::full_like(matching[i].queries, static_cast<std::int64_t>(i)));
    queries.push_back(matching[i].queries);
  }
  const bool none = images.empty() || torch::cat(images).numel() == 0;
  // Every parameter has a gradient in every step, be it 0.
  if (none) return {stage.masks.logits().sum() * 0, stage.masks.logits().sum() * 0};
  const torch::Tensor logits = stage.masks.logits_of(torch::cat(images), torch::cat(queries));
  const std::int64_t count =
      std::max(logits.size(1), logits.size(1) * logits.size(2) / options.mask_point_sample_ratio);
  const torch::Tensor points = uncertain_points(logits.detach(), count, draw);
  std::vector<torch::Tensor> wanted;  // [K, P] of each image
  std::int64_t first = 0;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (!objects[i].masks.defined()) continue;
    const std::int64_t own = matching[i].objects.size(0);
    wanted.push_back(
        sample_masks(objects[i].masks, matching[i].objects, points.narrow(0, first, own)));
    first += own;
  }
  return mask_losses(sample_points(logits.unsqueeze(1), points).squeeze(1), torch::cat(wanted));
}

}  // namespace

RfDetrLosses rf_detr_losses(const RfDetrStage& stage, const std::vector<RfDetrObjects>& objects,
                            const std::vector<SetMatching>& matching, double num_boxes,
                            const RfDetrOptions& options, const DrawUniform& draw) {
  constexpr double kAlpha = 0.25, kLeastTarget = 0.01;
  std::vector<torch::Tensor> images, queries, labels, wanted;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    images.push_back(torch::full_like(matching[i].queries, static_cast<std::int64_t>(i)));
    queries.push_back(matching[i].queries);
    labels.push_back(objects[i].labels.index_select(0, matching[i].objects));
    wanted.push_back(objects[i].boxes.index_select(0, matching[i].objects));
  }
  const torch::Tensor image = torch::cat(images), query = torch::cat(queries),
                      label = torch::cat(labels), target = torch::cat(wanted);
  const torch::Tensor found = stage.boxes.index({image, query});  // [N, 4]
  const torch::Tensor p = stage.logits.sigmoid();
  const torch::Tensor iou = box_iou(corners_of(found.detach()), corners_of(target));
  const torch::Tensor t =
      (p.detach().index({image, query, label}).pow(kAlpha) * iou.pow(1 - kAlpha))
          .clamp_min(kLeastTarget);
  torch::Tensor with = torch::zeros_like(p), without = p.square();
  with.index_put_({image, query, label}, t);
  without.index_put_({image, query, label}, 1 - t);
  // -with log(p) - without log(1 - p)
  const torch::Tensor entropy =
      without * stage.logits - at::log_sigmoid(stage.logits) * (with + without);
  const BoxLosses boxes = box_losses(found, target);
  RfDetrLosses losses{entropy.sum() / num_boxes, boxes.l1 / num_boxes, boxes.giou / num_boxes};
  if (!stage.masks.defined()) return losses;
  const MaskLosses masks = losses_of_masks(stage, objects, matching, options, draw);
  losses.mask_ce = masks.bce / num_boxes;
  losses.mask_dice = masks.dice / num_boxes;
  return losses;
}

}  // namespace vit
