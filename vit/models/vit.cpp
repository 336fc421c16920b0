#include "vit/models/vit.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/models/vit_init.h"
#include "vit/models/vit_rope.h"
#include "vit/nn/beside.h"
#include "vit/nn/dropout.h"
#include "vit/nn/initial_weights.h"
#include "vit/nn/patch_drop.h"
#include "vit/nn/pool.h"
#include "vit/nn/pos_embed.h"

namespace vit {
namespace {

RelPos rel_pos_kind(const std::string& name) {
  if (name == "bias") return RelPos::bias;
  return name == "decomposed" ? RelPos::decomposed : RelPos::none;
}

}  // namespace

VisionTransformerImpl::VisionTransformerImpl(const ViTOptions& options_) : options(options_) {
  check(options);
  reset_whole(*this);
}

EncoderBlockOptions VisionTransformerImpl::block_options() const {
  const NormOptions norm_of{.kind = norm_kind(options.norm_layer), .eps = options.norm_eps};
  return resolved(EncoderBlockOptions{.dim = options.embed_dim,
                                      .num_heads = options.num_heads,
                                      .mlp_ratio = options.mlp_ratio,
                                      .attn = {.qkv_bias = options.qkv_bias,
                                               .k_bias = options.k_bias,
                                               .qkv_fused = options.qkv_fused,
                                               .proj_bias = options.proj_bias,
                                               .qk_norm = options.qk_norm,
                                               .scale_norm = options.scale_attn_norm,
                                               .norm = norm_of,
                                               .attn_drop = options.attn_drop_rate,
                                               .proj_drop = options.proj_drop_rate,
                                               .rel_pos = rel_pos_kind(options.rel_pos),
                                               .grid = patch_embed->grid_size(),
                                               .prefix_tokens = num_prefix_tokens(),
                                               .window = options.window_size},
                                      .mlp = {.align_to = options.swiglu_align_to,
                                              .kind = mlp_kind(options.mlp_layer),
                                              .act = activation(options.act_layer),
                                              .bias = options.proj_bias,
                                              .scale_norm = options.scale_mlp_norm,
                                              .norm = norm_of,
                                              .drop = options.proj_drop_rate},
                                      .norm = norm_of,
                                      .init_values = options.init_values,
                                      .gamma_names = options.layer_scale == "gamma",
                                      .drop_path = options.drop_path_rate,
                                      .kind = block_kind(options.block_fn)});
}

void VisionTransformerImpl::reset() {
  patch_embed = register_module(
      "patch_embed", PatchEmbed(PatchEmbedOptions{.img_size = options.img_size,
                                                  .patch_size = options.patch_size,
                                                  .in_chans = options.in_chans,
                                                  .embed_dim = options.embed_dim,
                                                  .bias = !options.pre_norm,
                                                  .strict_img_size = !options.dynamic_img_size,
                                                  .drop_remainder = options.drop_remainder,
                                                  .dynamic_img_pad = options.dynamic_img_pad}));
  register_tokens();
  const EncoderBlockOptions block = block_options();
  const auto make_norm = [&](const char* name) { return register_module(name, Norm(block.norm)); };
  if (options.pre_norm) norm_pre = make_norm("norm_pre");
  blocks = register_module(
      "blocks", Encoder(EncoderOptions{options.depth, block, options.global_attn_indexes}));
  if (options.final_norm && !uses_fc_norm()) norm = make_norm("norm");
  if (options.global_pool == "map")
    attn_pool = register_module("attn_pool",
                                AttentionPool(AttentionPoolOptions{.dim = options.embed_dim,
                                                                   .num_heads = options.num_heads,
                                                                   .mlp_ratio = options.mlp_ratio,
                                                                   .norm = block.norm,
                                                                   .act = block.mlp.act}));
  if (options.final_norm && uses_fc_norm()) fc_norm = make_norm("fc_norm");
  register_heads();
}

void VisionTransformerImpl::register_tokens() {
  const std::int64_t dim = options.embed_dim, prefix = num_embedded_prefix_tokens();
  if (options.class_token) cls_token = register_parameter("cls_token", torch::empty({1, 1, dim}));
  if (options.dist_token) dist_token = register_parameter("dist_token", torch::empty({1, 1, dim}));
  if (options.reg_tokens > 0)
    reg_token = register_parameter("reg_token", torch::empty({1, options.reg_tokens, dim}));
  if (options.pos_embed == "learn")
    pos_embed = register_parameter("pos_embed",
                                   torch::empty({1, prefix + patch_embed->num_patches(), dim}));
  else if (options.pos_embed != "none")
    pos_embed = register_buffer("pos_embed", position_encoding(patch_embed->grid_size()));
}

void VisionTransformerImpl::register_heads() {
  if (options.num_classes == 0) return;
  const std::int64_t features = options.embed_dim * (options.global_pool == "token_avg" ? 2 : 1);
  const LinearOptions to_logits{features, options.num_classes};
  head = register_module("head", Linear(to_logits));
  if (options.dist_token) head_dist = register_module("head_dist", Linear(to_logits));
}

bool VisionTransformerImpl::uses_fc_norm() const {
  const std::string& pool = options.global_pool;
  return options.fc_norm.value_or(pool == "avg" || pool == "max" || pool == "avgmax");
}

std::int64_t VisionTransformerImpl::num_prefix_tokens() const {
  return (options.class_token ? 1 : 0) + (options.dist_token ? 1 : 0) + options.reg_tokens;
}

std::vector<std::string> VisionTransformerImpl::no_weight_decay() const {
  return {"pos_embed", "cls_token", "reg_token", "dist_token"};
}

torch::Tensor VisionTransformerImpl::position_encoding(Size2 grid) {
  const std::int64_t prefix = num_embedded_prefix_tokens();
  const bool own_grid = grid == patch_embed->grid_size();
  if (pos_embed.defined() && own_grid) return pos_embed;
  if (options.pos_embed == "sincos2d") return sincos2d_pos_embed(options.embed_dim, grid, prefix);
  if (options.pos_embed == "sincos2d_big_vision")
    return big_vision_sincos2d_pos_embed(options.embed_dim, grid, prefix);
  return resample_pos_embed(pos_embed, patch_embed->grid_size(), grid, prefix);
}

torch::Tensor VisionTransformerImpl::embed_positions(const torch::Tensor& patches, Size2 grid) {
  torch::Tensor positions;
  if (options.pos_embed != "none") positions = beside(position_encoding(grid), patches);
  // The batch size is taken from `patches` by expand_as, so that a trace works for every batch.
  std::vector<torch::Tensor> tokens;
  for (const torch::Tensor& token : {cls_token, dist_token, reg_token})
    if (token.defined())
      tokens.push_back(token.expand_as(patches.narrow(1, 0, 1).expand({-1, token.size(1), -1})));
  tokens.push_back(positions.defined() && options.no_embed_class ? patches + positions : patches);
  torch::Tensor joined =
      tokens.size() == 1 ? tokens[0] : torch::cat(tokens, 1);  // [B, prefix + N, D]
  if (positions.defined() && !options.no_embed_class) joined = joined + positions;
  return vit::dropout(joined, options.pos_drop_rate, is_training());
}

std::optional<Rotation> VisionTransformerImpl::rotation(Size2 grid, const torch::Tensor& like) {
  if (options.rope_type == "none") return std::nullopt;
  Rotation turn = rotary_encoding(rope_options(options), grid, num_prefix_tokens());
  turn.sin = beside(turn.sin, like);
  turn.cos = beside(turn.cos, like);
  return turn;
}

void VisionTransformerImpl::keep_patches(torch::Tensor& tokens, std::optional<Rotation>& turn,
                                         const torch::Tensor& kept) {
  tokens = drop_patches(tokens, kept, num_prefix_tokens());
  if (!turn) return;
  turn->sin = turn->sin.index({kept}).unsqueeze(1);  // [B, 1, kept, Dh]
  turn->cos = turn->cos.index({kept}).unsqueeze(1);
}

torch::Tensor VisionTransformerImpl::encode(const torch::Tensor& x, const FeatureRequest& request,
                                            const StageSink& sink, const AfterBlock& after_block) {
  if (request.keep.defined() && (options.window_size > 0 || options.rel_pos != "none"))
    throw Error(ErrorKind::usage, "VisionTransformer",
                "patches are to be left out, and windows and relative positions are of whole grids",
                "choose a model without model.window_size and model.rel_pos");
  torch::Tensor patches = patch_embed(x);
  if (request.mask.defined())  // [B, N, 1]
    patches =
        torch::where(request.mask.unsqueeze(-1), request.mask_token.to(patches.dtype()), patches);
  if (sink) sink("patch_embed", patches);
  const Size2 grid = patch_embed->grid_of(x);
  torch::Tensor tokens = embed_positions(patches, grid);
  std::optional<Rotation> turn = rotation(grid, tokens);
  if (request.keep.defined())
    keep_patches(tokens, turn, request.keep);
  else if (is_training() && options.patch_drop_rate > 0)
    keep_patches(
        tokens, turn,
        kept_patches(patches.size(0), patches.size(1), options.patch_drop_rate, tokens.device()));
  if (norm_pre) tokens = norm_pre(tokens);
  return blocks(tokens, turn ? &*turn : nullptr, after_block, grid);
}

torch::Tensor VisionTransformerImpl::forward_features(const torch::Tensor& x) {
  const torch::Tensor tokens = encode(x, {}, {}, {});
  return norm ? norm(tokens) : tokens;
}

std::vector<Features> VisionTransformerImpl::features(const torch::Tensor& x,
                                                      const FeatureRequest& request) {
  const std::vector<std::int64_t> layers =
      resolved_layers(request, options.depth, "VisionTransformer");
  std::vector<torch::Tensor> outputs(static_cast<std::size_t>(options.depth));
  const auto last = static_cast<std::size_t>(*std::max_element(layers.begin(), layers.end()));
  outputs.back() = encode(x, request, {}, [&](std::size_t i, const torch::Tensor& out) {
    if (i <= last) outputs[i] = out;
  });
  const Size2 grid = patch_embed->grid_of(x);
  std::vector<Features> features;
  for (const std::int64_t layer : layers) {
    torch::Tensor tokens = outputs[static_cast<std::size_t>(layer)];
    // A model that pools before its norm (fc_norm) has none for tokens.
    if (request.norm && norm) tokens = norm(tokens);
    features.push_back({tokens, num_prefix_tokens(), grid});
  }
  return features;
}

void VisionTransformerImpl::forward_stages(const torch::Tensor& x, const StageSink& sink) {
  torch::Tensor features = encode(x, {}, sink, [&](std::size_t i, const torch::Tensor& out) {
    sink("blocks." + std::to_string(i), out);
  });
  if (norm) features = norm(features);
  sink("norm", features);
  sink("head", forward_head(features));
}

std::vector<torch::Tensor> VisionTransformerImpl::head_logits(const torch::Tensor& features) {
  if (options.dist_token) {
    const auto token = [&](std::int64_t index) {
      return vit::dropout(features.select(1, index), options.drop_rate, is_training());
    };
    if (!head) return {token(0), token(1)};
    return {head(token(0)), head_dist(token(1))};
  }
  torch::Tensor pooled =  // [B, D]
      attn_pool ? attn_pool(options.pool_include_prefix ? features
                                                        : features.slice(1, num_prefix_tokens()))
                : global_pool(features, options.global_pool,
                              {num_prefix_tokens(), options.pool_include_prefix});
  if (fc_norm) pooled = fc_norm(pooled);
  pooled = vit::dropout(pooled, options.drop_rate, is_training());
  return {head ? head(pooled) : pooled};
}

torch::Tensor VisionTransformerImpl::forward_head(const torch::Tensor& features) {
  const std::vector<torch::Tensor> logits = head_logits(features);
  return logits.size() == 1 ? logits[0] : (logits[0] + logits[1]) / 2;
}

torch::Tensor VisionTransformerImpl::forward(const torch::Tensor& x) {
  return forward_head(forward_features(x));
}

void VisionTransformerImpl::init_weights(std::uint64_t seed) { init_vit_weights(*this, seed); }

}  // namespace vit
