#include "vit/models/variants.h"

#include "vit/models/pretrained.h"

namespace vit {
namespace {

constexpr std::string_view kForTests = "none: for tests";
constexpr std::string_view kViT = "Dosovitskiy et al. 2021";
constexpr std::string_view kHowToTrain = "Steiner et al. 2022";
constexpr std::string_view kDeiT = "Touvron et al. 2021, DeiT";
constexpr std::string_view kDeiT3 = "Touvron et al. 2022, DeiT III";
constexpr std::string_view kClip = "Radford et al. 2021, CLIP";
constexpr std::string_view kSigLip = "Zhai et al. 2023, SigLIP";
constexpr std::string_view kDinoV2 = "Oquab et al. 2023, DINOv2";
constexpr std::string_view kRegisters = "Darcet et al. 2024, registers";
constexpr std::string_view kDinoV3 = "Siméoni et al. 2025, DINOv3";
constexpr std::string_view kEva = "Fang et al. 2022, EVA";
constexpr std::string_view kEva02 = "Fang et al. 2023, EVA-02";
constexpr std::string_view kFlexi = "Beyer et al. 2023, FlexiViT";
constexpr std::string_view kRope = "Heo et al. 2024, rotary ViT";
constexpr std::string_view kScaling = "Zhai et al. 2022, scaling ViT";
constexpr std::string_view kSo400m = "Alabdulmohsin et al. 2023, SoViT";
constexpr std::string_view kSwinV2 = "Liu et al. 2022, Swin V2";
constexpr std::string_view kThreeThings = "Touvron et al. 2022, three things";
constexpr std::string_view kTimm = "timm";
constexpr std::string_view kViTDet = "Li et al. 2022, ViTDet";
constexpr std::string_view kVit22b = "Dehghani et al. 2023, ViT-22B";

// What the members of a family have in common.

void plain(ViTOptions& /*o*/) {}
void dynamic(ViTOptions& o) { o.dynamic_img_size = true; }
void layer_scale(ViTOptions& o) { o.init_values = 1e-5; }
void no_qkv_bias(ViTOptions& o) { o.qkv_bias = false; }
void flexi(ViTOptions& o) { o.no_embed_class = true; }
void distilled(ViTOptions& o) { o.dist_token = true; }
void deit3(ViTOptions& o) {
  o.no_embed_class = true;
  o.init_values = 1e-6;
}

// Other blocks.
void parallel_things(ViTOptions& o) {
  layer_scale(o);
  o.block_fn = "ParallelThingsBlock";
}
void xp(ViTOptions& o) {
  o.block_fn = "ParallelScalingBlock";
  o.norm_layer = "rmsnorm";
  o.pre_norm = o.no_embed_class = o.qk_norm = true;
  o.qkv_bias = false;
}

// No class token: the patches are pooled.
void cls_gap(ViTOptions& o) { o.global_pool = "avg"; }
void gap(ViTOptions& o) {
  o.class_token = false;
  o.global_pool = "avg";
  o.fc_norm = false;
}
void gap_tanh(ViTOptions& o) {
  gap(o);
  o.act_layer = "gelu_tanh";
}
void gap_ls6(ViTOptions& o) {
  gap(o);
  o.qkv_bias = false;
  o.init_values = 1e-6;
}
void res_post(ViTOptions& o) {
  o.class_token = false;
  o.global_pool = "avg";
  o.qkv_bias = false;
  o.init_values = 1e-5;
  o.block_fn = "ResPostBlock";
}

// Registers instead of a class token.
void reg_gap(ViTOptions& o, std::int64_t registers) {
  o.class_token = false;
  o.global_pool = "avg";
  o.reg_tokens = registers;
}
void reg4_gap_plain(ViTOptions& o) {
  reg_gap(o, 4);
  o.no_embed_class = true;
}
void reg4_gap(ViTOptions& o) {
  reg4_gap_plain(o);
  layer_scale(o);
}
void reg1_gap(ViTOptions& o) {
  reg4_gap(o);
  o.reg_tokens = 1;
}
void pwee(ViTOptions& o) {
  reg1_gap(o);
  o.block_fn = "ParallelScalingBlock";
}
void so150m(ViTOptions& o) {
  reg_gap(o, 4);
  o.fc_norm = false;
}
void so150m2(ViTOptions& o) {
  reg_gap(o, 1);
  layer_scale(o);
  o.qkv_bias = false;
}
void reg4_map(ViTOptions& o) {
  reg_gap(o, 4);
  o.global_pool = "map";
}
void test2(ViTOptions& o) {
  reg_gap(o, 1);
  layer_scale(o);
  dynamic(o);
}
void test3(ViTOptions& o) {
  reg_gap(o, 1);
  layer_scale(o);
  o.global_pool = "map";
  o.pool_include_prefix = true;
}
void test4(ViTOptions& o) {
  test2(o);
  o.norm_layer = "rmsnorm";
}

// Vision towers of image-text models.
void clip(ViTOptions& o) {
  o.pre_norm = true;
  o.norm_eps = 1e-5;
}
void clip_quickgelu(ViTOptions& o) {
  clip(o);
  o.act_layer = "quick_gelu";
}
void siglip(ViTOptions& o) {
  o.class_token = false;
  o.global_pool = "map";
}
void siglip_tanh(ViTOptions& o) {
  siglip(o);
  o.act_layer = "gelu_tanh";
}

// DINOv2.
void dinov2_reg4(ViTOptions& o) {
  layer_scale(o);
  o.reg_tokens = 4;
  o.no_embed_class = true;
}
void dinov2_giant(ViTOptions& o) {
  layer_scale(o);
  o.mlp_layer = "swiglu_packed";
}
void dinov2_giant_reg4(ViTOptions& o) {
  dinov2_reg4(o);
  o.mlp_layer = "swiglu_packed";
}

// EVA, and what has its names.
void eva(ViTOptions& o) {
  o.global_pool = "avg";
  o.k_bias = false;
  o.weight_init = "eva";
  o.layer_scale = "gamma";
}
void eva_clip(ViTOptions& o) {
  eva(o);
  o.global_pool = "token";
}
void eva_rope(ViTOptions& o) {
  eva(o);
  o.rope_type = "cat";
  o.rope_temperature = 10000;
  o.rope_rotate_half = false;
  o.ref_feat_shape = {16, 16};
}
void eva02(ViTOptions& o) {
  eva_rope(o);
  o.mlp_layer = "swiglu_packed";
}
void eva02_norm(ViTOptions& o) {
  eva_rope(o);
  o.mlp_layer = "swiglu";
  o.scale_mlp_norm = true;
  o.qkv_fused = false;
}
void eva02_clip(ViTOptions& o) {
  eva02_norm(o);
  o.scale_attn_norm = true;
  o.global_pool = "token";
}

// Rotary encodings instead of positional ones, or beside them.
void rope_reg4_gap(ViTOptions& o) {
  eva_rope(o);
  layer_scale(o);
  o.class_token = false;
  o.reg_tokens = 4;
  o.pos_embed = "none";
}
void rope_reg1_gap(ViTOptions& o) {
  rope_reg4_gap(o);
  o.reg_tokens = 1;
}
void rope_reg1_gap_nobias(ViTOptions& o) {
  rope_reg1_gap(o);
  o.qkv_bias = false;
}
void rope_ape(ViTOptions& o) {
  eva_rope(o);
  layer_scale(o);
  o.global_pool = "token";
  o.k_bias = true;
  o.no_embed_class = true;
  o.rope_temperature = 100;
  o.rope_grid_indexing = "xy";
  o.ref_feat_shape.reset();
}
void rope(ViTOptions& o) {
  rope_ape(o);
  o.no_embed_class = false;
  o.pos_embed = "none";
}
void dinov3(ViTOptions& o) {
  eva(o);
  layer_scale(o);
  o.qkv_bias = false;
  o.norm_eps = 1e-5;
  o.reg_tokens = 4;
  o.pos_embed = "none";
  o.fc_norm = false;
  o.dynamic_img_size = true;
  o.rope_type = "dinov3";
}
void dinov3_qkvb(ViTOptions& o) {
  dinov3(o);
  o.qkv_bias = true;
}
void dinov3_plus(ViTOptions& o) {
  dinov3(o);
  o.mlp_layer = "swiglu";
  o.swiglu_align_to = 8;
}
void dinov3_qkvb_plus(ViTOptions& o) {
  dinov3_plus(o);
  o.qkv_bias = true;
}
void dinov3_7b(ViTOptions& o) {
  dinov3_plus(o);
  o.swiglu_align_to = 64;
}

// Windows, and four blocks evenly spread without them; a backbone for detectors.
void vitdet(ViTOptions& o) {
  o.class_token = o.final_norm = false;
  o.global_pool = "avg";
  o.fc_norm = false;
  o.num_classes = 0;
  o.dynamic_img_size = true;
  o.rel_pos = "decomposed";
  o.window_size = 14;
  for (std::int64_t i = 1; i <= 4; ++i) o.global_attn_indexes.push_back(i * o.depth / 4 - 1);
}

// clang-format off
constexpr ViTVariant kVariants[] = {
    // name, embed_dim, depth, num_heads, patch, image, mlp_ratio, family, paper
    {"test_vit", 64, 6, 2, 16, 160, 3.0, dynamic, kForTests},
    {"test_vit2", 64, 8, 2, 16, 160, 3.0, test2, kForTests},
    {"test_vit3", 96, 9, 3, 16, 160, 2.0, test3, kForTests},
    {"test_vit4", 96, 9, 3, 16, 160, 3.0, test4, kForTests},
    {"vit_tiny_patch8_224", 192, 12, 3, 8, 224, 4.0, plain, kViT},
    {"vit_tiny_patch14_224", 192, 12, 3, 14, 224, 4.0, plain, kViT},
    {"vit_tiny_patch16_224", 192, 12, 3, 16, 224, 4.0, plain, kHowToTrain},
    {"vit_tiny_patch16_384", 192, 12, 3, 16, 384, 4.0, plain, kHowToTrain},
    {"vit_tiny_patch32_224", 192, 12, 3, 32, 224, 4.0, plain, kViT},
    {"vit_small_patch8_224", 384, 12, 6, 8, 224, 4.0, plain, kHowToTrain},
    {"vit_small_patch14_224", 384, 12, 6, 14, 224, 4.0, plain, kViT},
    {"vit_small_patch16_224", 384, 12, 6, 16, 224, 4.0, plain, kHowToTrain},
    {"vit_small_patch16_384", 384, 12, 6, 16, 384, 4.0, plain, kHowToTrain},
    {"vit_small_patch32_224", 384, 12, 6, 32, 224, 4.0, plain, kHowToTrain},
    {"vit_small_patch32_384", 384, 12, 6, 32, 384, 4.0, plain, kHowToTrain},
    {"vit_small_patch16_18x2_224", 384, 18, 6, 16, 224, 4.0, parallel_things, kThreeThings},
    {"vit_small_patch16_36x1_224", 384, 36, 6, 16, 224, 4.0, layer_scale, kThreeThings},
    {"vit_base_patch16_224_miil", 768, 12, 12, 16, 224, 4.0, no_qkv_bias, kViT},
    {"vit_base_patch8_224", 768, 12, 12, 8, 224, 4.0, plain, kViT},
    {"vit_base_patch14_224", 768, 12, 12, 14, 224, 4.0, plain, kViT},
    {"vit_base_patch16_224", 768, 12, 12, 16, 224, 4.0, plain, kViT},
    {"vit_base_patch16_384", 768, 12, 12, 16, 384, 4.0, plain, kViT},
    {"vit_base_patch32_224", 768, 12, 12, 32, 224, 4.0, plain, kViT},
    {"vit_base_patch32_384", 768, 12, 12, 32, 384, 4.0, plain, kViT},
    {"vit_base_patch16_rpn_224", 768, 12, 12, 16, 224, 4.0, res_post, kSwinV2},
    {"vit_base_patch16_xp_224", 768, 12, 12, 16, 224, 4.0, xp, kVit22b},
    {"vit_base_patch16_18x2_224", 768, 18, 12, 16, 224, 4.0, parallel_things, kThreeThings},
    {"vit_base_patch16_plus_240", 896, 12, 14, 16, 240, 4.0, layer_scale, kTimm},
    {"vit_base_patch32_plus_256", 896, 12, 14, 32, 256, 4.0, layer_scale, kTimm},
    {"vit_so150m_patch16_reg4_map_256", 896, 18, 14, 16, 256, 2.572, reg4_map, kSo400m},
    {"vit_large_patch8_224", 1024, 24, 16, 8, 224, 4.0, plain, kViT},
    {"vit_large_patch14_224", 1024, 24, 16, 14, 224, 4.0, plain, kViT},
    {"vit_large_patch16_224", 1024, 24, 16, 16, 224, 4.0, plain, kViT},
    {"vit_large_patch16_384", 1024, 24, 16, 16, 384, 4.0, plain, kViT},
    {"vit_large_patch32_224", 1024, 24, 16, 32, 224, 4.0, plain, kViT},
    {"vit_large_patch32_384", 1024, 24, 16, 32, 384, 4.0, plain, kViT},
    {"vit_large_patch14_xp_224", 1024, 24, 16, 14, 224, 4.0, xp, kVit22b},
    {"vit_huge_patch8_224", 1280, 32, 16, 8, 224, 4.0, plain, kViT},
    {"vit_huge_patch14_224", 1280, 32, 16, 14, 224, 4.0, plain, kViT},
    {"vit_huge_patch16_224", 1280, 32, 16, 16, 224, 4.0, plain, kViT},
    {"vit_huge_patch32_224", 1280, 32, 16, 32, 224, 4.0, plain, kViT},
    {"vit_huge_patch14_xp_224", 1280, 32, 16, 14, 224, 4.0, xp, kVit22b},
    {"vit_giant_patch14_224", 1408, 40, 16, 14, 224, 48.0 / 11, plain, kScaling},
    {"vit_gigantic_patch14_224", 1664, 48, 16, 14, 224, 64.0 / 13, plain, kScaling},
    {"vit_small_patch14_reg4_dinov2", 384, 12, 6, 14, 518, 4.0, dinov2_reg4, kRegisters},
    {"vit_small_patch14_dinov2", 384, 12, 6, 14, 518, 4.0, layer_scale, kDinoV2},
    {"vit_base_patch14_reg4_dinov2", 768, 12, 12, 14, 518, 4.0, dinov2_reg4, kRegisters},
    {"vit_base_patch14_dinov2", 768, 12, 12, 14, 518, 4.0, layer_scale, kDinoV2},
    {"vit_large_patch14_reg4_dinov2", 1024, 24, 16, 14, 518, 4.0, dinov2_reg4, kRegisters},
    {"vit_large_patch14_dinov2", 1024, 24, 16, 14, 518, 4.0, layer_scale, kDinoV2},
    {"vit_giant_patch14_dinov2", 1536, 40, 24, 14, 518, 5.33334, dinov2_giant, kDinoV2},
    {"vit_giant_patch14_reg4_dinov2", 1536, 40, 24, 14, 518, 5.33334, dinov2_giant_reg4, kRegisters},
    {"vit_tiny_patch16_dinov3_qkvb", 192, 12, 3, 16, 256, 4.0, dinov3_qkvb, kDinoV3},
    {"vit_small_patch16_dinov3", 384, 12, 6, 16, 256, 4.0, dinov3, kDinoV3},
    {"vit_small_plus_patch16_dinov3", 384, 12, 6, 16, 256, 4.0, dinov3_plus, kDinoV3},
    {"vit_small_patch16_dinov3_qkvb", 384, 12, 6, 16, 256, 4.0, dinov3_qkvb, kDinoV3},
    {"vit_small_plus_patch16_dinov3_qkvb", 384, 12, 6, 16, 256, 4.0, dinov3_qkvb_plus, kDinoV3},
    {"vit_base_patch16_dinov3", 768, 12, 12, 16, 256, 4.0, dinov3, kDinoV3},
    {"vit_base_patch16_dinov3_qkvb", 768, 12, 12, 16, 256, 4.0, dinov3_qkvb, kDinoV3},
    {"vit_large_patch16_dinov3", 1024, 24, 16, 16, 256, 4.0, dinov3, kDinoV3},
    {"vit_large_patch16_dinov3_qkvb", 1024, 24, 16, 16, 256, 4.0, dinov3_qkvb, kDinoV3},
    {"vit_huge_plus_patch16_dinov3", 1280, 32, 20, 16, 256, 4.0, dinov3_plus, kDinoV3},
    {"vit_huge_plus_patch16_dinov3_qkvb", 1280, 32, 20, 16, 256, 4.0, dinov3_qkvb_plus, kDinoV3},
    {"vit_7b_patch16_dinov3", 4096, 40, 32, 16, 256, 2.0, dinov3_7b, kDinoV3},
    {"vit_xsmall_patch16_clip_224", 256, 10, 4, 16, 224, 4.0, clip, kClip},
    {"vit_medium_patch16_clip_224", 512, 12, 8, 16, 224, 4.0, clip, kClip},
    {"vit_medium_patch32_clip_224", 512, 12, 8, 32, 224, 4.0, clip, kClip},
    {"vit_betwixt_patch32_clip_224", 640, 12, 10, 32, 224, 4.0, clip, kClip},
    {"vit_base_patch16_clip_224", 768, 12, 12, 16, 224, 4.0, clip, kClip},
    {"vit_base_patch16_clip_384", 768, 12, 12, 16, 384, 4.0, clip, kClip},
    {"vit_base_patch32_clip_224", 768, 12, 12, 32, 224, 4.0, clip, kClip},
    {"vit_base_patch32_clip_256", 768, 12, 12, 32, 256, 4.0, clip, kClip},
    {"vit_base_patch32_clip_384", 768, 12, 12, 32, 384, 4.0, clip, kClip},
    {"vit_base_patch32_clip_448", 768, 12, 12, 32, 448, 4.0, clip, kClip},
    {"vit_base_patch16_clip_quickgelu_224", 768, 12, 12, 16, 224, 4.0, clip_quickgelu, kClip},
    {"vit_base_patch32_clip_quickgelu_224", 768, 12, 12, 32, 224, 4.0, clip_quickgelu, kClip},
    {"vit_base_patch16_plus_clip_240", 896, 12, 14, 16, 240, 4.0, clip, kClip},
    {"vit_large_patch14_clip_224", 1024, 24, 16, 14, 224, 4.0, clip, kClip},
    {"vit_large_patch14_clip_336", 1024, 24, 16, 14, 336, 4.0, clip, kClip},
    {"vit_large_patch14_clip_quickgelu_224", 1024, 24, 16, 14, 224, 4.0, clip_quickgelu, kClip},
    {"vit_large_patch14_clip_quickgelu_336", 1024, 24, 16, 14, 336, 4.0, clip_quickgelu, kClip},
    {"vit_huge_patch14_clip_224", 1280, 32, 16, 14, 224, 4.0, clip, kClip},
    {"vit_huge_patch14_clip_336", 1280, 32, 16, 14, 336, 4.0, clip, kClip},
    {"vit_huge_patch14_clip_378", 1280, 32, 16, 14, 378, 4.0, clip, kClip},
    {"vit_huge_patch14_clip_quickgelu_224", 1280, 32, 16, 14, 224, 4.0, clip_quickgelu, kClip},
    {"vit_huge_patch14_clip_quickgelu_378", 1280, 32, 16, 14, 378, 4.0, clip_quickgelu, kClip},
    {"vit_giant_patch14_clip_224", 1408, 40, 16, 14, 224, 48.0 / 11, clip, kClip},
    {"vit_gigantic_patch14_clip_224", 1664, 48, 16, 14, 224, 64.0 / 13, clip, kClip},
    {"vit_gigantic_patch14_clip_378", 1664, 48, 16, 14, 378, 64.0 / 13, clip, kClip},
    {"vit_gigantic_patch14_clip_quickgelu_224", 1664, 48, 16, 14, 224, 64.0 / 13, clip_quickgelu, kClip},
    {"vit_base_patch16_siglip_gap_224", 768, 12, 12, 16, 224, 4.0, gap, kSigLip},
    {"vit_base_patch16_siglip_gap_256", 768, 12, 12, 16, 256, 4.0, gap, kSigLip},
    {"vit_base_patch16_siglip_gap_384", 768, 12, 12, 16, 384, 4.0, gap, kSigLip},
    {"vit_base_patch16_siglip_gap_512", 768, 12, 12, 16, 512, 4.0, gap, kSigLip},
    {"vit_base_patch32_siglip_gap_256", 768, 12, 12, 32, 256, 4.0, gap_tanh, kSigLip},
    {"vit_base_patch16_siglip_224", 768, 12, 12, 16, 224, 4.0, siglip, kSigLip},
    {"vit_base_patch16_siglip_256", 768, 12, 12, 16, 256, 4.0, siglip, kSigLip},
    {"vit_base_patch16_siglip_384", 768, 12, 12, 16, 384, 4.0, siglip, kSigLip},
    {"vit_base_patch16_siglip_512", 768, 12, 12, 16, 512, 4.0, siglip, kSigLip},
    {"vit_base_patch32_siglip_256", 768, 12, 12, 32, 256, 4.0, siglip_tanh, kSigLip},
    {"vit_large_patch16_siglip_gap_256", 1024, 24, 16, 16, 256, 4.0, gap, kSigLip},
    {"vit_large_patch16_siglip_gap_384", 1024, 24, 16, 16, 384, 4.0, gap, kSigLip},
    {"vit_large_patch16_siglip_gap_512", 1024, 24, 16, 16, 512, 4.0, gap_tanh, kSigLip},
    {"vit_large_patch16_siglip_256", 1024, 24, 16, 16, 256, 4.0, siglip, kSigLip},
    {"vit_large_patch16_siglip_384", 1024, 24, 16, 16, 384, 4.0, siglip, kSigLip},
    {"vit_large_patch16_siglip_512", 1024, 24, 16, 16, 512, 4.0, siglip_tanh, kSigLip},
    {"vit_so400m_patch14_siglip_gap_224", 1152, 27, 16, 14, 224, 3.7362, gap, kSigLip},
    {"vit_so400m_patch14_siglip_gap_378", 1152, 27, 16, 14, 378, 3.7362, gap, kSigLip},
    {"vit_so400m_patch14_siglip_gap_384", 1152, 27, 16, 14, 384, 3.7362, gap, kSigLip},
    {"vit_so400m_patch14_siglip_gap_448", 1152, 27, 16, 14, 448, 3.7362, gap, kSigLip},
    {"vit_so400m_patch14_siglip_gap_896", 1152, 27, 16, 14, 896, 3.7362, gap, kSigLip},
    {"vit_so400m_patch16_siglip_gap_256", 1152, 27, 16, 16, 256, 3.7362, gap_tanh, kSigLip},
    {"vit_so400m_patch16_siglip_gap_384", 1152, 27, 16, 16, 384, 3.7362, gap_tanh, kSigLip},
    {"vit_so400m_patch16_siglip_gap_512", 1152, 27, 16, 16, 512, 3.7362, gap_tanh, kSigLip},
    {"vit_so400m_patch14_siglip_224", 1152, 27, 16, 14, 224, 3.7362, siglip, kSigLip},
    {"vit_so400m_patch14_siglip_378", 1152, 27, 16, 14, 378, 3.7362, siglip, kSigLip},
    {"vit_so400m_patch14_siglip_384", 1152, 27, 16, 14, 384, 3.7362, siglip, kSigLip},
    {"vit_so400m_patch16_siglip_256", 1152, 27, 16, 16, 256, 3.7362, siglip_tanh, kSigLip},
    {"vit_so400m_patch16_siglip_384", 1152, 27, 16, 16, 384, 3.7362, siglip_tanh, kSigLip},
    {"vit_so400m_patch16_siglip_512", 1152, 27, 16, 16, 512, 3.7362, siglip_tanh, kSigLip},
    {"vit_giantopt_patch16_siglip_gap_256", 1536, 40, 16, 16, 256, 4.0, gap_tanh, kSigLip},
    {"vit_giantopt_patch16_siglip_gap_384", 1536, 40, 16, 16, 384, 4.0, gap_tanh, kSigLip},
    {"vit_giantopt_patch16_siglip_256", 1536, 40, 16, 16, 256, 4.0, siglip_tanh, kSigLip},
    {"vit_giantopt_patch16_siglip_384", 1536, 40, 16, 16, 384, 4.0, siglip_tanh, kSigLip},
    {"vit_wee_patch16_reg1_gap_256", 256, 14, 4, 16, 256, 5.0, reg1_gap, kTimm},
    {"vit_pwee_patch16_reg1_gap_256", 256, 16, 4, 16, 256, 5.0, pwee, kTimm},
    {"vit_little_patch16_reg1_gap_256", 320, 14, 5, 16, 256, 5.6, reg1_gap, kTimm},
    {"vit_little_patch16_reg4_gap_256", 320, 14, 5, 16, 256, 5.6, reg4_gap, kTimm},
    {"vit_medium_patch16_gap_240", 512, 12, 8, 16, 240, 4.0, gap_ls6, kTimm},
    {"vit_medium_patch16_gap_256", 512, 12, 8, 16, 256, 4.0, gap_ls6, kTimm},
    {"vit_medium_patch16_gap_384", 512, 12, 8, 16, 384, 4.0, gap_ls6, kTimm},
    {"vit_medium_patch16_reg1_gap_256", 512, 12, 8, 16, 256, 4.0, reg1_gap, kTimm},
    {"vit_medium_patch16_reg4_gap_256", 512, 12, 8, 16, 256, 4.0, reg4_gap, kTimm},
    {"vit_mediumd_patch16_reg4_gap_256", 512, 20, 8, 16, 256, 4.0, reg4_gap, kTimm},
    {"vit_mediumd_patch16_reg4_gap_384", 512, 20, 8, 16, 384, 4.0, reg4_gap, kTimm},
    {"vit_betwixt_patch16_gap_256", 640, 12, 10, 16, 256, 4.0, gap_ls6, kTimm},
    {"vit_betwixt_patch16_reg1_gap_256", 640, 12, 10, 16, 256, 4.0, reg1_gap, kTimm},
    {"vit_betwixt_patch16_reg4_gap_256", 640, 12, 10, 16, 256, 4.0, reg4_gap, kTimm},
    {"vit_betwixt_patch16_reg4_gap_384", 640, 12, 10, 16, 384, 4.0, reg4_gap, kTimm},
    {"vit_base_patch16_gap_224", 768, 12, 16, 16, 224, 4.0, gap, kTimm},
    {"vit_base_patch16_reg4_gap_256", 768, 12, 12, 16, 256, 4.0, reg4_gap_plain, kTimm},
    {"vit_so150m2_patch16_reg1_gap_256", 832, 21, 13, 16, 256, 68.0 / 26, so150m2, kSo400m},
    {"vit_so150m2_patch16_reg1_gap_384", 832, 21, 13, 16, 384, 68.0 / 26, so150m2, kSo400m},
    {"vit_so150m2_patch16_reg1_gap_448", 832, 21, 13, 16, 448, 68.0 / 26, so150m2, kSo400m},
    {"vit_so150m_patch16_reg4_gap_256", 896, 18, 14, 16, 256, 2.572, so150m, kSo400m},
    {"vit_so150m_patch16_reg4_gap_384", 896, 18, 14, 16, 384, 2.572, so150m, kSo400m},
    {"vit_huge_patch14_gap_224", 1280, 32, 16, 14, 224, 4.0, gap, kTimm},
    {"vit_huge_patch16_gap_448", 1280, 32, 16, 16, 448, 4.0, gap, kTimm},
    {"vit_giant_patch16_gap_224", 1408, 40, 16, 16, 224, 48.0 / 11, gap, kTimm},
    {"vit_small_patch16_rope_224", 384, 12, 6, 16, 224, 4.0, rope, kRope},
    {"vit_small_patch16_rope_ape_224", 384, 12, 6, 16, 224, 4.0, rope_ape, kRope},
    {"vit_medium_patch16_rope_reg1_gap_256", 512, 12, 8, 16, 256, 4.0, rope_reg1_gap, kRope},
    {"vit_mediumd_patch16_rope_reg1_gap_256", 512, 20, 8, 16, 256, 4.0, rope_reg1_gap_nobias, kRope},
    {"vit_betwixt_patch16_rope_reg4_gap_256", 640, 12, 10, 16, 256, 4.0, rope_reg4_gap, kRope},
    {"vit_base_patch16_rope_224", 768, 12, 12, 16, 224, 4.0, rope, kRope},
    {"vit_base_patch16_rope_ape_224", 768, 12, 12, 16, 224, 4.0, rope_ape, kRope},
    {"vit_base_patch16_rope_reg1_gap_256", 768, 12, 12, 16, 256, 4.0, rope_reg1_gap, kRope},
    {"vit_large_patch16_rope_224", 1024, 24, 16, 16, 224, 4.0, rope, kRope},
    {"vit_large_patch16_rope_ape_224", 1024, 24, 16, 16, 224, 4.0, rope_ape, kRope},
    {"deit_tiny_distilled_patch16_224", 192, 12, 3, 16, 224, 4.0, distilled, kDeiT},
    {"deit_tiny_patch16_224", 192, 12, 3, 16, 224, 4.0, plain, kDeiT},
    {"deit_small_distilled_patch16_224", 384, 12, 6, 16, 224, 4.0, distilled, kDeiT},
    {"deit_small_patch16_224", 384, 12, 6, 16, 224, 4.0, plain, kDeiT},
    {"deit_base_distilled_patch16_224", 768, 12, 12, 16, 224, 4.0, distilled, kDeiT},
    {"deit_base_distilled_patch16_384", 768, 12, 12, 16, 384, 4.0, distilled, kDeiT},
    {"deit_base_patch16_224", 768, 12, 12, 16, 224, 4.0, plain, kDeiT},
    {"deit_base_patch16_384", 768, 12, 12, 16, 384, 4.0, plain, kDeiT},
    {"deit3_small_patch16_224", 384, 12, 6, 16, 224, 4.0, deit3, kDeiT3},
    {"deit3_small_patch16_384", 384, 12, 6, 16, 384, 4.0, deit3, kDeiT3},
    {"deit3_medium_patch16_224", 512, 12, 8, 16, 224, 4.0, deit3, kDeiT3},
    {"deit3_base_patch16_224", 768, 12, 12, 16, 224, 4.0, deit3, kDeiT3},
    {"deit3_base_patch16_384", 768, 12, 12, 16, 384, 4.0, deit3, kDeiT3},
    {"deit3_large_patch16_224", 1024, 24, 16, 16, 224, 4.0, deit3, kDeiT3},
    {"deit3_large_patch16_384", 1024, 24, 16, 16, 384, 4.0, deit3, kDeiT3},
    {"deit3_huge_patch14_224", 1280, 32, 16, 14, 224, 4.0, deit3, kDeiT3},
    {"flexivit_small", 384, 12, 6, 16, 240, 4.0, flexi, kFlexi},
    {"flexivit_base", 768, 12, 12, 16, 240, 4.0, flexi, kFlexi},
    {"flexivit_large", 1024, 24, 16, 16, 240, 4.0, flexi, kFlexi},
    {"eva_large_patch14_196", 1024, 24, 16, 14, 196, 4.0, cls_gap, kEva},
    {"eva_large_patch14_336", 1024, 24, 16, 14, 336, 4.0, cls_gap, kEva},
    {"eva_giant_patch14_224", 1408, 40, 16, 14, 224, 48.0 / 11, eva, kEva},
    {"eva_giant_patch14_336", 1408, 40, 16, 14, 336, 48.0 / 11, eva, kEva},
    {"eva_giant_patch14_560", 1408, 40, 16, 14, 560, 48.0 / 11, eva, kEva},
    {"eva_giant_patch14_clip_224", 1408, 40, 16, 14, 224, 48.0 / 11, eva_clip, kEva},
    {"eva02_tiny_patch14_224", 192, 12, 3, 14, 224, 16.0 / 3, eva02, kEva02},
    {"eva02_tiny_patch14_336", 192, 12, 3, 14, 336, 16.0 / 3, eva02, kEva02},
    {"eva02_small_patch14_224", 384, 12, 6, 14, 224, 16.0 / 3, eva02, kEva02},
    {"eva02_small_patch14_336", 384, 12, 6, 14, 336, 16.0 / 3, eva02, kEva02},
    {"eva02_base_patch16_clip_224", 768, 12, 12, 16, 224, 8.0 / 3, eva02_clip, kEva02},
    {"eva02_base_patch14_224", 768, 12, 12, 14, 224, 8.0 / 3, eva02_norm, kEva02},
    {"eva02_base_patch14_448", 768, 12, 12, 14, 448, 8.0 / 3, eva02_norm, kEva02},
    {"eva02_large_patch14_clip_224", 1024, 24, 16, 14, 224, 8.0 / 3, eva02_clip, kEva02},
    {"eva02_large_patch14_clip_336", 1024, 24, 16, 14, 336, 8.0 / 3, eva02_clip, kEva02},
    {"eva02_large_patch14_224", 1024, 24, 16, 14, 224, 8.0 / 3, eva02_norm, kEva02},
    {"eva02_large_patch14_448", 1024, 24, 16, 14, 448, 8.0 / 3, eva02_norm, kEva02},
    {"vitdet_base_patch16_1024", 768, 12, 12, 16, 1024, 4.0, vitdet, kViTDet},
    {"vitdet_large_patch16_1024", 1024, 24, 16, 16, 1024, 4.0, vitdet, kViTDet},
    {"vitdet_huge_patch16_1024", 1280, 32, 16, 16, 1024, 4.0, vitdet, kViTDet},
};
// clang-format on

}  // namespace

std::span<const ViTVariant> vit_variants() { return kVariants; }

ViTOptions options_of(const ViTVariant& variant) {
  ViTOptions options;
  options.img_size = {variant.img_size, variant.img_size};
  options.patch_size = {variant.patch_size, variant.patch_size};
  options.embed_dim = variant.embed_dim;
  options.depth = variant.depth;
  options.num_heads = variant.num_heads;
  options.mlp_ratio = variant.mlp_ratio;
  options.drop_remainder = variant.img_size % variant.patch_size != 0;
  variant.family(options);
  if (const PretrainedWeights* weights = find_pretrained(variant.name))
    options.num_classes = weights->num_classes;
  return options;
}

PixelInput input_of(const ViTVariant& variant) {
  const PretrainedWeights* weights = find_pretrained(variant.name);
  return weights == nullptr ? PixelInput{} : weights->input;
}

}  // namespace vit
