#include "vit/tasks/detect/rf_detr_loss.h"

#include <ATen/ops/log_sigmoid.h>
#include <torch/utils.h>

#include "vit/loss/box_ops.h"

namespace vit {

CostParts rf_detr_costs(const torch::Tensor& logits, const torch::Tensor& boxes,
                        const RfDetrObjects& objects, const RfDetrOptions& options) {
  constexpr double kAlpha = 0.25;
  const torch::Tensor p = logits.sigmoid();
  const torch::Tensor with = -kAlpha * (1 - p).square() * at::log_sigmoid(logits);
  const torch::Tensor without = -(1 - kAlpha) * p.square() * at::log_sigmoid(-logits);
  CostParts costs{
      {"class", options.set_cost_class * (with - without).index_select(1, objects.labels)}};
  for (auto& part : box_costs(boxes, objects.boxes, options.set_cost_bbox, options.set_cost_giou))
    costs.push_back(std::move(part));
  return costs;
}

std::vector<SetMatching> rf_detr_matching(const RfDetrStage& stage,
                                          const std::vector<RfDetrObjects>& objects,
                                          const RfDetrOptions& options, std::int64_t groups) {
  const torch::NoGradGuard no_grad;
  std::vector<SetMatching> matching;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto image = static_cast<std::int64_t>(i);
    matching.push_back(match_sets(
        rf_detr_costs(stage.logits[image], stage.boxes[image], objects[i], options), groups));
  }
  return matching;
}

RfDetrLosses rf_detr_losses(const RfDetrStage& stage, const std::vector<RfDetrObjects>& objects,
                            const std::vector<SetMatching>& matching, double num_boxes) {
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
  return {entropy.sum() / num_boxes, boxes.l1 / num_boxes, boxes.giou / num_boxes};
}

}  // namespace vit
