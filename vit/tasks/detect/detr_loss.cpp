#include "vit/tasks/detect/detr_loss.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"
#include "vit/loss/box_ops.h"

namespace vit {
namespace {

/// The objects of an image as the queries speak of them: boxes cx, cy, w, h in 0..1.
ObjectTargets in_queries_words(const ObjectTargets& objects, Size2 size,
                               const torch::Tensor& like) {
  const torch::Tensor corners = objects.boxes.to(like.device(), torch::kFloat32);
  const auto width = static_cast<double>(size.width), height = static_cast<double>(size.height);
  const torch::Tensor scale = torch::tensor({width, height, width, height}, corners.options());
  return {centred_of(corners / scale), objects.labels.to(like.device())};
}

/// Of the image `b`.
CostParts costs_of(const DetrOutputs& outputs, std::int64_t b, const ObjectTargets& objects,
                   const DetrLossOptions& options) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor p = outputs.logits[b].softmax(-1);  // [Q, K + 1]
  CostParts costs = {{"class", -options.class_cost * p.index_select(1, objects.labels)}};
  for (auto& part :
       box_costs(outputs.boxes[b], objects.boxes, options.bbox_cost, options.giou_cost))
    costs.push_back(std::move(part));
  return costs;
}

}  // namespace

void describe(FieldVisitor& visitor, DetrLossOptions& o) {
  const auto weight = [&](std::string_view name, double* member, std::string_view help) {
    visitor.field({name, member, help, kNonNegative});
  };
  weight("class_cost", &o.class_cost, "matching: weight of the object's class' probability");
  weight("bbox_cost", &o.bbox_cost, "matching: weight of the distance of the boxes");
  weight("giou_cost", &o.giou_cost, "matching: weight of the boxes' GIoU");
  weight("bbox_loss_coefficient", &o.bbox_loss_coefficient,
         "weight of the boxes' distance, beside 1 of the classes");
  weight("giou_loss_coefficient", &o.giou_loss_coefficient, "weight of 1 - GIoU");
  weight("eos_coefficient", &o.eos_coefficient,
         "weight of queries without an object in the cross entropy of the classes");
}

std::vector<std::string> detr_loss_parts() {
  return {"class", "l1", "giou", "class_error", "cardinality_error"};
}

DetectorLoss detr_loss(const DetrOutputs& outputs, const std::vector<ObjectTargets>& targets,
                       Size2 size, const DetrLossOptions& options) {
  const torch::Tensor& logits = outputs.logits;
  const auto batch = static_cast<std::int64_t>(targets.size());
  VIT_ASSERT(logits.dim() == 3 && logits.size(0) == batch, logits.sizes(), " and ", batch,
             " images");
  const std::int64_t nothing = logits.size(2) - 1;
  const torch::Tensor wanted =
      torch::full({batch, logits.size(1)}, nothing, logits.options().dtype(torch::kInt64));
  std::vector<torch::Tensor> counts, boxes, object_boxes, right;
  for (std::int64_t b = 0; b < batch; ++b) {
    const ObjectTargets objects =
        in_queries_words(targets[static_cast<std::size_t>(b)], size, logits);
    const SetMatching pairs = match_sets(costs_of(outputs, b, objects, options));
    const torch::Tensor labels = objects.labels.index_select(0, pairs.objects);
    wanted[b].index_copy_(0, pairs.queries, labels);
    boxes.push_back(outputs.boxes[b].index_select(0, pairs.queries));
    object_boxes.push_back(objects.boxes.index_select(0, pairs.objects));
    right.push_back(logits[b].detach().argmax(-1).index_select(0, pairs.queries) == labels);
    counts.push_back(torch::tensor(objects.labels.size(0), torch::kFloat32).to(logits.device()));
  }
  const torch::Tensor count = torch::stack(counts), all = count.sum().clamp_min(1);
  torch::Tensor weights = torch::ones(nothing + 1, logits.options());
  weights[nothing] = options.eos_coefficient;
  const torch::Tensor of_class = at::cross_entropy_loss(logits.transpose(1, 2), wanted, weights);
  const BoxLosses of_boxes = box_losses(torch::cat(boxes), torch::cat(object_boxes));
  const torch::Tensor l1 = of_boxes.l1 / all, giou = of_boxes.giou / all;

  const torch::Tensor hits = torch::cat(right).to(torch::kFloat32);
  const torch::Tensor wrong = hits.size(0) > 0 ? 100 * (1 - hits.mean()) : torch::zeros_like(all);
  const torch::Tensor found = (logits.detach().argmax(-1) != nothing).sum(1);
  return {of_class + options.bbox_loss_coefficient * l1 + options.giou_loss_coefficient * giou,
          {{"class", of_class.detach()},
           {"l1", l1.detach()},
           {"giou", giou.detach()},
           {"class_error", wrong},
           {"cardinality_error", (found - count).abs().mean()}}};
}

std::vector<std::vector<ObjectMatch>> detr_matches(const DetrOutputs& outputs,
                                                   const std::vector<ObjectTargets>& targets,
                                                   Size2 size, const DetrLossOptions& options) {
  std::vector<std::vector<ObjectMatch>> images;
  for (std::size_t b = 0; b < targets.size(); ++b) {
    const CostParts costs = costs_of(outputs, static_cast<std::int64_t>(b),
                                     in_queries_words(targets[b], size, outputs.logits), options);
    const SetMatching pairs = match_sets(costs);
    std::vector<ObjectMatch>& matches = images.emplace_back();
    for (std::int64_t i = 0; i < pairs.queries.size(0); ++i) {
      ObjectMatch match{pairs.queries[i].item<std::int64_t>(),
                        pairs.objects[i].item<std::int64_t>()};
      for (const auto& [name, cost] : costs)
        match.costs.emplace_back(name, cost[match.query][match.object].item<double>());
      matches.push_back(std::move(match));
    }
  }
  return images;
}

}  // namespace vit
