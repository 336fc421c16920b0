#include "vit/models/vit_options.h"

#include "vit/core/error.h"

namespace vit {
namespace {

void describe_tokens(FieldVisitor& visitor, ViTOptions& o) {
  visitor.field({"class_token", &o.class_token, "a learned class token before the patches"});
  visitor.field({"dist_token", &o.dist_token,
                 "a distillation token with a head of its own (DeiT, Touvron et al. 2021)"});
  visitor.field({"pos_embed",
                 &o.pos_embed,
                 "positional encoding added to the tokens: learned, or fixed 2-D sine-cosine",
                 {},
                 {"learn", "sincos2d", "sincos2d_big_vision", "none"}});
  visitor.field({"rel_pos",
                 &o.rel_pos,
                 "relative position added to the attention logits: a bias (Swin, BEiT), or from "
                 "the query (ViTDet)",
                 {},
                 {"none", "bias", "decomposed"}});
  visitor.field({"window_size", &o.window_size,
                 "patches attend within windows of this many by as many (ViTDet, SAM); 0: to all",
                 kNonNegative});
  visitor.field({"global_attn_indexes", &o.global_attn_indexes,
                 "with window_size: the blocks, from 0, whose patches attend to all",
                 kNonNegative});
  visitor.field({"no_embed_class", &o.no_embed_class,
                 "no positional encoding for class token and registers"});
  visitor.field(
      {"reg_tokens", &o.reg_tokens, "register tokens (Darcet et al. 2024)", kNonNegative});
  visitor.field({"pre_norm", &o.pre_norm, "norm before the encoder (CLIP)"});
  visitor.field({"final_norm", &o.final_norm, "norm after the encoder"});
  visitor.field({"fc_norm", &o.fc_norm,
                 "final norm after pooling instead of before; null: only where patches are pooled "
                 "by avg, max or avgmax"});
  visitor.field({"pool_include_prefix", &o.pool_include_prefix,
                 "pool class token and registers with the patches"});
  visitor.field({"dynamic_img_size", &o.dynamic_img_size,
                 "take pictures of any size; the learned encoding is resampled"});
  visitor.field(
      {"dynamic_img_pad", &o.dynamic_img_pad, "pad pictures right and bottom to whole patches"});
  visitor.field({"drop_remainder", &o.drop_remainder,
                 "leave out pixels right and bottom that fill no patch (SigLIP at 384 by 14)"});
}

void describe_drop(FieldVisitor& visitor, ViTOptions& o) {
  const auto rate = [&](std::string_view name, double* member, std::string_view help) {
    visitor.field({name, member, help, kProbability});
  };
  rate("drop_rate", &o.drop_rate, "dropout before the head");
  rate("pos_drop_rate", &o.pos_drop_rate, "dropout after the positional encoding");
  rate("patch_drop_rate", &o.patch_drop_rate,
       "part of the patches that a training step leaves out");
  rate("proj_drop_rate", &o.proj_drop_rate, "dropout after the projections of attention and MLP");
  rate("attn_drop_rate", &o.attn_drop_rate, "dropout of the attention weights");
  rate("drop_path_rate", &o.drop_path_rate, "stochastic depth of the last block, rising from 0");
}

void describe_layers(FieldVisitor& visitor, ViTOptions& o) {
  visitor.field({"weight_init",
                 &o.weight_init,
                 "initial weights: timm's default, Google's, MoCo v3's, EVA's",
                 {},
                 {"", "jax", "jax_nlhb", "moco", "eva"}});
  visitor.field({"fix_init", &o.fix_init, "scale each block's output weights down by its depth"});
  visitor.field({"norm_layer", &o.norm_layer, "kind of all norms", {}, {"layernorm", "rmsnorm"}});
  visitor.field({"norm_eps", &o.norm_eps, "added to the variance in norms", kPositive});
  visitor.field({"act_layer",
                 &o.act_layer,
                 "activation of the MLP",
                 {},
                 {"gelu", "gelu_tanh", "quick_gelu", "silu", "relu"}});
  visitor.field({"mlp_layer",
                 &o.mlp_layer,
                 "the feed-forward half: two layers, or gated",
                 {},
                 {"mlp", "swiglu", "swiglu_packed"}});
  visitor.field({"block_fn",
                 &o.block_fn,
                 "how a block is put together",
                 {},
                 {"Block", "ResPostBlock", "ParallelScalingBlock", "ParallelThingsBlock"}});
  visitor.field({"k_bias", &o.k_bias, "with qkv_bias: keys have one too; false: BEiT, EVA"});
  visitor.field({"qkv_fused", &o.qkv_fused, "one projection to queries, keys and values"});
  visitor.field({"swiglu_align_to", &o.swiglu_align_to,
                 "round the MLP's width up to a multiple of this; 0: not", kNonNegative});
  visitor.field({"layer_scale",
                 &o.layer_scale,
                 "names of LayerScale: ls1.gamma, or gamma_1 as in timm's Eva",
                 {},
                 {"ls", "gamma"}});
}

void describe_rope(FieldVisitor& visitor, ViTOptions& o) {
  visitor.field({"rope_type",
                 &o.rope_type,
                 "2-D rotary encoding of queries and keys: by EVA-02's or DINOv3's positions",
                 {},
                 {"none", "cat", "dinov3"}});
  visitor.field({"rope_temperature", &o.rope_temperature, "longest period", kPositive});
  visitor.field({"rope_grid_offset", &o.rope_grid_offset, "added to the positions"});
  visitor.field({"rope_grid_indexing",
                 &o.rope_grid_indexing,
                 "which axis turns the first channels: ij rows, xy columns",
                 {},
                 {"ij", "xy"}});
  visitor.field({"rope_rotate_half", &o.rope_rotate_half,
                 "channel pairs (k, k + Dh/2) instead of (2k, 2k + 1)"});
  visitor.field({"ref_feat_shape", &o.ref_feat_shape,
                 "rope_type cat: the grid of pretraining, to which positions are scaled",
                 kAtLeastOne});
}

void check_windows(const ViTOptions& options) {
  const auto refuse = [](const char* key, const char* what, const char* remedy) {
    throw Error(ErrorKind::usage, key, what, remedy);
  };
  if (options.class_token || options.dist_token || options.reg_tokens > 0)
    refuse("model.window_size", "tokens before the patches are in no window",
           "set model.class_token: false, model.dist_token: false and model.reg_tokens: 0");
  if (options.rope_type != "none")
    refuse("model.rope_type", "rotary encodings are of a whole image, and not of windows",
           "set model.rope_type: none, or model.window_size: 0");
  if (options.patch_drop_rate > 0)
    refuse("model.patch_drop_rate", "windows are of a whole grid of patches",
           "set model.patch_drop_rate: 0, or model.window_size: 0");
  for (const std::int64_t index : options.global_attn_indexes)
    if (index >= options.depth)
      throw Error(ErrorKind::usage, "model.global_attn_indexes",
                  str("there is no block ", index, ": there are ", options.depth),
                  str("name blocks from 0 to ", options.depth - 1));
}

}  // namespace

void describe(FieldVisitor& visitor, ViTOptions& o) {
  visitor.field({"img_size", &o.img_size, "pixels, one number or [height, width]", kAtLeastOne});
  visitor.field({"patch_size", &o.patch_size, "pixels of a patch, one number or [height, width]",
                 kAtLeastOne});
  visitor.field({"in_chans", &o.in_chans, "input channels: 3 RGB, 1 luma", kAtLeastOne});
  visitor.field({"num_classes", &o.num_classes,
                 "outputs of the head; 0: no head; training takes it from the data", kNonNegative});
  visitor.field({"global_pool",
                 &o.global_pool,
                 "what the head sees: the class token, that beside the patches' mean, the patches' "
                 "mean, maximum or both, or attention to them",
                 {},
                 {"token", "token_avg", "avg", "max", "avgmax", "map", ""}});
  visitor.field({"embed_dim", &o.embed_dim, "width of a token", kAtLeastOne});
  visitor.field({"depth", &o.depth, "encoder blocks", kAtLeastOne});
  visitor.field({"num_heads", &o.num_heads, "attention heads; divides embed_dim", kAtLeastOne});
  visitor.field({"mlp_ratio", &o.mlp_ratio, "hidden width of the MLP by embed_dim", kPositive});
  visitor.field({"qkv_bias", &o.qkv_bias, "bias of queries, keys and values"});
  visitor.field({"qk_norm", &o.qk_norm, "norm of queries and keys, for each head"});
  visitor.field({"scale_attn_norm", &o.scale_attn_norm, "norm before attention's projection"});
  visitor.field({"scale_mlp_norm", &o.scale_mlp_norm, "norm before the MLP's second layer"});
  visitor.field({"proj_bias", &o.proj_bias, "bias of attention's projection and of the MLP"});
  visitor.field({"init_values", &o.init_values, "initial LayerScale; null: no LayerScale"});
  describe_tokens(visitor, o);
  describe_drop(visitor, o);
  describe_layers(visitor, o);
  describe_rope(visitor, o);
}

void check(const ViTOptions& options) {
  const auto refuse = [](const char* key, const char* what, const char* remedy) {
    throw Error(ErrorKind::usage, key, what, remedy);
  };
  if (options.global_pool.starts_with("token") && !options.class_token)
    refuse("model.global_pool", "it pools the class token, and there is none",
           "set model.global_pool: avg, or model.class_token: true");
  if (options.dist_token && (options.global_pool != "token" || options.reg_tokens > 0))
    refuse("model.dist_token", "the distilled heads read class and distillation token",
           "set model.global_pool: token and model.reg_tokens: 0");
  if (options.rel_pos == "bias" && options.dynamic_img_size)
    refuse("model.rel_pos", "a relative position bias is made for one grid of patches",
           "set model.dynamic_img_size: false, or model.rel_pos: decomposed");
  if (options.rel_pos != "none" && options.patch_drop_rate > 0)
    refuse("model.rel_pos", "relative positions are of a whole grid of patches",
           "set model.patch_drop_rate: 0");
  if (options.window_size > 0) check_windows(options);
}

}  // namespace vit
