#include "vit/tasks/segment/seg_loss.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <array>
#include <optional>

#include "vit/core/error.h"

namespace vit {
namespace {

/// The masks as labels int64 beside the logits, once they are seen to fit.
torch::Tensor checked_labels(const torch::Tensor& logits, const torch::Tensor& masks) {
  const bool fits = logits.dim() == 4 && masks.dim() == 3 && logits.size(0) == masks.size(0) &&
                    logits.sizes().slice(2) == masks.sizes().slice(1) && !masks.is_floating_point();
  if (!fits)
    throw Error(ErrorKind::usage, "segmentation loss",
                vit::str("expected logits [B, C, H, W] and integer masks [B, H, W], got ",
                         logits.sizes(), " and ", masks.sizes()));
  const torch::Tensor labels = masks.to(logits.device(), torch::kInt64);
  const torch::Tensor wrong =
      labels.ne(kIgnoredLabel).logical_and(labels.lt(0).logical_or(labels.ge(logits.size(1))));
  if (labels.numel() > 0 && wrong.any().item<bool>())
    throw Error(ErrorKind::data, "segmentation masks",
                vit::str("hold the label ", labels.masked_select(wrong)[0].item<std::int64_t>(),
                         ", and there are ", logits.size(1), " classes"),
                "labels run from 0 to the number of classes less one; 255 does not count");
  return labels;
}

torch::Tensor cross_entropy_of(const torch::Tensor& logits, const torch::Tensor& labels,
                               const torch::Tensor& class_weights) {
  const torch::Tensor counted = labels.ne(kIgnoredLabel);
  std::optional<torch::Tensor> weights;
  torch::Tensor total;  // LibTorch's own mean would be 0 / 0 where nothing counts
  if (class_weights.defined()) {
    weights = class_weights.to(logits.device(), torch::kFloat32);
    total = weights->index_select(0, labels.masked_select(counted)).sum();
  } else {
    total = counted.sum().to(torch::kFloat32);
  }
  const torch::Tensor sum = at::cross_entropy_loss(logits.to(torch::kFloat32), labels, weights,
                                                   at::Reduction::Sum, kIgnoredLabel);
  return sum / at::where(total.gt(0), total, 1.0);
}

torch::Tensor dice_of(const torch::Tensor& logits, const torch::Tensor& labels, double smooth) {
  const torch::Tensor counted = labels.ne(kIgnoredLabel).unsqueeze(1);  // [B, 1, H, W]
  const torch::Tensor p = logits.to(torch::kFloat32).softmax(1) * counted;
  const torch::Tensor truth =
      at::zeros_like(p)
          .detach()
          .scatter_(1, labels.unsqueeze(1).masked_fill(counted.logical_not(), 0), 1.0)
          .mul_(counted);  // one-hot, 0 where a pixel does not count
  constexpr std::array<std::int64_t, 3> but_classes = {0, 2, 3};
  const torch::Tensor both = (p * truth).sum(but_classes), found = p.sum(but_classes),
                      real = truth.sum(but_classes);  // [C]
  const torch::Tensor loss = 1 - (2 * both + smooth) / (found + real + smooth).clamp_min(1e-7);
  const torch::Tensor present = real.gt(0).to(torch::kFloat32);
  return (loss * present).sum() / present.sum().clamp_min(1);
}

}  // namespace

torch::Tensor pixel_cross_entropy(const torch::Tensor& logits, const torch::Tensor& masks,
                                  const torch::Tensor& class_weights) {
  return cross_entropy_of(logits, checked_labels(logits, masks), class_weights);
}

torch::Tensor dice_loss(const torch::Tensor& logits, const torch::Tensor& masks, double smooth) {
  return dice_of(logits, checked_labels(logits, masks), smooth);
}

void describe(FieldVisitor& visitor, SegLossOptions& o) {
  visitor.field({"ce", &o.ce, "weight of the cross entropy of pixels", kNonNegative});
  visitor.field({"dice", &o.dice, "weight of the dice loss", kNonNegative});
  visitor.field({"dice_smooth", &o.dice_smooth, "pixels added to both sides of the dice fraction",
                 kNonNegative});
  visitor.field({"class_weights", &o.class_weights,
                 "weights of the classes in the cross entropy; none: all 1", kNonNegative});
}

std::vector<std::pair<std::string, torch::Tensor>> seg_loss(const torch::Tensor& logits,
                                                            const torch::Tensor& masks,
                                                            const SegLossOptions& options) {
  if (options.ce == 0 && options.dice == 0)
    throw Error(ErrorKind::usage, "task.loss", "has no part with a weight above 0",
                "set the weight of ce or dice");
  const torch::Tensor labels = checked_labels(logits, masks);
  torch::Tensor weights;
  if (!options.class_weights.empty()) {
    const auto count = static_cast<std::int64_t>(options.class_weights.size());
    if (count != logits.size(1))
      throw Error(ErrorKind::usage, "task.loss.class_weights",
                  vit::str("has ", count, " numbers, and there are ", logits.size(1), " classes"),
                  "give one for each class");
    if (std::all_of(options.class_weights.begin(), options.class_weights.end(),
                    [](double weight) { return weight == 0; }))
      throw Error(ErrorKind::usage, "task.loss.class_weights", "are all 0: no class is learned",
                  "leave it out for all 1");
    weights = at::tensor(options.class_weights, torch::kFloat32);
  }
  std::vector<std::pair<std::string, torch::Tensor>> parts;
  if (options.ce > 0)
    parts.emplace_back("ce", options.ce * cross_entropy_of(logits, labels, weights));
  if (options.dice > 0)
    parts.emplace_back("dice", options.dice * dice_of(logits, labels, options.dice_smooth));
  return parts;
}

}  // namespace vit
