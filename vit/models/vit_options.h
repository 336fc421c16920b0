#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"

namespace vit {

/// timm's keyword arguments of VisionTransformer, with timm's defaults; those that timm has for its
/// Eva only (rotary encodings, EVA-02's and DINOv3's details) or its SAM only (windows) are beside
/// them.
struct ViTOptions {
  Size2 img_size{224, 224};
  Size2 patch_size{16, 16};
  std::int64_t in_chans = 3;
  std::int64_t num_classes = 1000;
  std::string global_pool = "token";
  std::int64_t embed_dim = 768;
  std::int64_t depth = 12;
  std::int64_t num_heads = 12;
  double mlp_ratio = 4.0;
  bool qkv_bias = true;
  bool qk_norm = false;
  bool scale_attn_norm = false;
  bool scale_mlp_norm = false;
  bool proj_bias = true;
  std::optional<double> init_values;
  bool class_token = true;
  bool dist_token = false;
  std::string pos_embed = "learn";
  std::string rel_pos = "none";
  std::int64_t window_size = 0;
  std::vector<std::int64_t> global_attn_indexes{};
  bool no_embed_class = false;
  std::int64_t reg_tokens = 0;
  bool pre_norm = false;
  bool final_norm = true;
  std::optional<bool> fc_norm;
  bool pool_include_prefix = false;
  bool dynamic_img_size = false;
  bool dynamic_img_pad = false;
  bool drop_remainder = false;
  double drop_rate = 0.0;
  double pos_drop_rate = 0.0;
  double patch_drop_rate = 0.0;
  double proj_drop_rate = 0.0;
  double attn_drop_rate = 0.0;
  double drop_path_rate = 0.0;
  std::string weight_init;
  bool fix_init = false;
  std::string norm_layer = "layernorm";
  double norm_eps = 1e-6;
  std::string act_layer = "gelu";
  std::string mlp_layer = "mlp";
  std::string block_fn = "Block";
  // timm's Eva.
  bool k_bias = true;
  bool qkv_fused = true;
  std::int64_t swiglu_align_to = 0;
  std::string layer_scale = "ls";
  std::string rope_type = "none";
  double rope_temperature = 100.0;
  double rope_grid_offset = 0.0;
  std::string rope_grid_indexing = "ij";
  bool rope_rotate_half = true;
  std::optional<Size2> ref_feat_shape;
};
void describe(FieldVisitor& visitor, ViTOptions& options);

/// Throws Error (usage) where two options contradict each other.
void check(const ViTOptions& options);

}  // namespace vit
