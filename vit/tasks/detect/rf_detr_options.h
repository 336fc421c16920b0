#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/core/fields.h"

namespace vit {

/// How RF-DETR is built and trained (Robinson et al. 2025, "RF-DETR: Neural Architecture Search for
/// Real-Time Detection Transformers"), in the words of its repository. Zeros and empty lists stand
/// for what the variant has.
struct RfDetrOptions {
  std::string variant = "nano";
  std::int64_t num_windows = 0;  ///< a side of the image
  /// Blocks whose output is a feature, counted from 1; the blocks of these numbers counted from 0
  /// attend to the whole image.
  std::vector<std::int64_t> out_feature_indexes{};
  std::int64_t dec_layers = 0;
  std::int64_t num_queries = 0;
  std::int64_t group_detr = 13;  ///< sets of queries in training
  std::int64_t hidden_dim = 256;
  std::int64_t sa_nheads = 8, ca_nheads = 16;  ///< heads of self- and of cross-attention
  std::int64_t dec_n_points = 2;               ///< points that each head of it looks at
  std::int64_t dim_feedforward = 2048;
  std::int64_t projector_blocks = 3;
  double projector_norm_eps = 1e-6;
  double cls_loss_coef = 1.0, bbox_loss_coef = 5.0, giou_loss_coef = 2.0;
  /// Whether masks are found too: `task.masks`, no option of its own here.
  bool masks = false;
  std::int64_t mask_downsample_ratio = 4;     ///< pixels of the image a side of a mask's cell
  std::int64_t mask_point_sample_ratio = 16;  ///< cells of a mask for each point of the loss
  double mask_ce_loss_coef = 5.0, mask_dice_loss_coef = 5.0;  ///< of the loss and the matching
  double set_cost_class = 2.0, set_cost_bbox = 5.0, set_cost_giou = 2.0;
};
void describe(FieldVisitor& visitor, RfDetrOptions& options);

/// The published models that differ in their sizes alone; those with `seg_` find masks.
struct RfDetrVariant {
  std::string_view name;
  std::int64_t patch_size, resolution;
  std::int64_t positions;  ///< a side of the grid that its positions are stored for
  std::int64_t num_windows, dec_layers;
  std::int64_t first_feature;  ///< of four, three blocks apart
  std::int64_t num_queries = 300;
};
/// By name. Throws Error (usage).
[[nodiscard]] const RfDetrVariant& rf_detr_variant(std::string_view name);
/// The one that weights with this patch size, grid of positions and depth of decoder are of; null
/// where there is none.
[[nodiscard]] const RfDetrVariant* find_rf_detr_variant(std::int64_t patch_size,
                                                        std::int64_t positions,
                                                        std::int64_t dec_layers);

/// The options with numbers in place of what stands for others, for a backbone of `depth` blocks:
/// the variants' features are those of 12. Throws Error (usage) where sizes do not go together.
[[nodiscard]] RfDetrOptions resolved(RfDetrOptions options, std::int64_t depth);

}  // namespace vit
