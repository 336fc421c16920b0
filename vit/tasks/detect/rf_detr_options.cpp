#include "vit/tasks/detect/rf_detr_options.h"

#include <algorithm>
#include <array>

#include "vit/core/error.h"

namespace vit {
namespace {

constexpr std::array kRfDetrVariants = {
    RfDetrVariant{"nano", 16, 384, 24, 2, 2, 3},
    RfDetrVariant{"small", 16, 512, 32, 2, 3, 3},
    RfDetrVariant{"medium", 16, 576, 36, 2, 4, 3},
    RfDetrVariant{"large", 16, 704, 44, 2, 4, 3},
    RfDetrVariant{"base", 14, 560, 37, 4, 3, 2},
    RfDetrVariant{"seg_nano", 12, 312, 26, 1, 4, 3, 100},
    RfDetrVariant{"seg_small", 12, 384, 32, 2, 4, 3, 100},
    RfDetrVariant{"seg_preview", 12, 432, 36, 2, 4, 3, 200},
    RfDetrVariant{"seg_medium", 12, 432, 36, 2, 5, 3, 200},
    RfDetrVariant{"seg_large", 12, 504, 42, 2, 5, 3, 200},
    RfDetrVariant{"seg_xlarge", 12, 624, 52, 2, 6, 3, 300},
    RfDetrVariant{"seg_2xlarge", 12, 768, 64, 2, 6, 3, 300},
};
constexpr std::int64_t kVariantDepth = 12, kFeatureCount = 4, kFeatureStep = 3;

/// The variant's features, at the same part of a deeper or shallower backbone.
std::vector<std::int64_t> features_of(const RfDetrVariant& variant, std::int64_t depth) {
  std::vector<std::int64_t> features;
  for (std::int64_t i = 0; i < kFeatureCount; ++i) {
    const std::int64_t of_twelve = variant.first_feature + i * kFeatureStep;
    const std::int64_t index = (of_twelve * depth + kVariantDepth - 1) / kVariantDepth;
    if (features.empty() || features.back() != index) features.push_back(index);
  }
  return features;
}

void check_features(const std::vector<std::int64_t>& features, std::int64_t depth) {
  const bool ascending = std::adjacent_find(features.begin(), features.end(),
                                            std::greater_equal<>()) == features.end();
  if (!ascending || features.front() < 1 || features.back() > depth)
    throw Error(ErrorKind::usage, "task.rf_detr.out_feature_indexes",
                str("are not ascending numbers of blocks, from 1 to the backbone's ", depth),
                "leave them out, or name fewer");
}

const std::vector<std::string_view>& names_of_variants() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const RfDetrVariant& variant : kRfDetrVariants) all.push_back(variant.name);
    return all;
  }();
  return names;
}

void check_divides(std::int64_t whole, std::int64_t part, const char* key) {
  if (whole % part != 0)
    throw Error(ErrorKind::usage, std::string("task.rf_detr.") + key,
                str(part, " does not divide task.rf_detr.hidden_dim ", whole),
                "choose a number that does");
}

}  // namespace

void describe(FieldVisitor& visitor, RfDetrOptions& o) {
  visitor.field({"variant",
                 &o.variant,
                 "which of the published models what is left at 0 or [] is taken from",
                 {},
                 names_of_variants()});
  visitor.field({"num_windows", &o.num_windows,
                 "windows a side that most blocks attend within; 1: all attend to the whole image",
                 kNonNegative});
  visitor.field({"out_feature_indexes", &o.out_feature_indexes,
                 "blocks whose features are joined, counted from 1; the blocks behind them attend "
                 "to the whole image",
                 kAtLeastOne});
  visitor.field({"dec_layers", &o.dec_layers, "layers of the decoder", kNonNegative});
  visitor.field({"num_queries", &o.num_queries, "objects that can be found in an image at most",
                 kNonNegative});
  visitor.field({"group_detr", &o.group_detr,
                 "sets of queries that learn beside each other; one of them predicts",
                 kAtLeastOne});
  visitor.field({"hidden_dim", &o.hidden_dim, "width of the decoder", kAtLeastOne});
  visitor.field({"sa_nheads", &o.sa_nheads, "heads of the queries' self-attention", kAtLeastOne});
  visitor.field({"ca_nheads", &o.ca_nheads, "heads of the attention to the image", kAtLeastOne});
  visitor.field({"dec_n_points", &o.dec_n_points, "points of the image that each of them looks at",
                 kAtLeastOne});
  visitor.field(
      {"dim_feedforward", &o.dim_feedforward, "width inside the decoder's MLPs", kAtLeastOne});
  visitor.field(
      {"projector_blocks", &o.projector_blocks, "bottlenecks of the projector", kNonNegative});
  visitor.field(
      {"projector_norm_eps", &o.projector_norm_eps, "eps of the projector's norms", kPositive});
  visitor.field({"cls_loss_coef", &o.cls_loss_coef,
                 "weight of the classes in the loss; Roboflow trains masks with 5", kNonNegative});
  visitor.field({"bbox_loss_coef", &o.bbox_loss_coef, "weight of the boxes' distance in the loss",
                 kNonNegative});
  visitor.field(
      {"giou_loss_coef", &o.giou_loss_coef, "weight of 1 - GIoU in the loss", kNonNegative});
  visitor.field({"mask_downsample_ratio", &o.mask_downsample_ratio,
                 "pixels of the image that a side of a mask's cell takes", kAtLeastOne});
  visitor.field({"mask_point_sample_ratio", &o.mask_point_sample_ratio,
                 "cells of a mask for each point that the loss looks at", kAtLeastOne});
  visitor.field({"mask_ce_loss_coef", &o.mask_ce_loss_coef,
                 "weight of the masks' binary cross entropy in the loss and in the matching",
                 kNonNegative});
  visitor.field({"mask_dice_loss_coef", &o.mask_dice_loss_coef,
                 "weight of the masks' dice loss in the loss and in the matching", kNonNegative});
  visitor.field(
      {"set_cost_class", &o.set_cost_class, "weight of the classes in the matching", kNonNegative});
  visitor.field({"set_cost_bbox", &o.set_cost_bbox, "weight of the boxes' distance in the matching",
                 kNonNegative});
  visitor.field(
      {"set_cost_giou", &o.set_cost_giou, "weight of GIoU in the matching", kNonNegative});
}

const RfDetrVariant& rf_detr_variant(std::string_view name) {
  std::string known;
  for (const RfDetrVariant& variant : kRfDetrVariants) {
    if (variant.name == name) return variant;
    known += (known.empty() ? "" : ", ") + std::string(variant.name);
  }
  throw Error(ErrorKind::usage, "task.rf_detr.variant", str("unknown variant `", name, "`"),
              "use one of " + known);
}

const RfDetrVariant* find_rf_detr_variant(std::int64_t patch_size, std::int64_t positions,
                                          std::int64_t dec_layers) {
  for (const RfDetrVariant& variant : kRfDetrVariants)
    if (variant.patch_size == patch_size && variant.positions == positions &&
        variant.dec_layers == dec_layers)
      return &variant;
  return nullptr;
}

RfDetrOptions resolved(RfDetrOptions options, std::int64_t depth) {
  const RfDetrVariant& variant = rf_detr_variant(options.variant);
  if (options.num_windows == 0) options.num_windows = variant.num_windows;
  if (options.dec_layers == 0) options.dec_layers = variant.dec_layers;
  if (options.num_queries == 0) options.num_queries = variant.num_queries;
  if (options.out_feature_indexes.empty())
    options.out_feature_indexes = features_of(variant, depth);
  check_features(options.out_feature_indexes, depth);
  check_divides(options.hidden_dim, options.sa_nheads, "sa_nheads");
  check_divides(options.hidden_dim, options.ca_nheads, "ca_nheads");
  if (options.hidden_dim % 4 != 0)
    throw Error(ErrorKind::usage, "task.rf_detr.hidden_dim",
                str(options.hidden_dim, " is not a multiple of 4"),
                "sine and cosine of two numbers of a box share half of the width");
  return options;
}

}  // namespace vit
