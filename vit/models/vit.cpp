#include "vit/models/vit.h"

#include <cmath>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/nn/dropout.h"
#include "vit/nn/init.h"
#include "vit/nn/pool.h"
#include "vit/nn/pos_embed.h"

namespace vit {
namespace {

constexpr double kNormEps = 1e-6;  // timm's; LibTorch's default is 1e-5

/// Where cls_token and registers stand among the tokens of `pos_embed`.
std::int64_t embedded_prefix(const ViTOptions& options) {
  return options.no_embed_class ? 0 : (options.class_token ? 1 : 0) + options.reg_tokens;
}

void check(const ViTOptions& options) {
  if (options.global_pool == "token" && !options.class_token)
    throw Error(ErrorKind::usage, "model.global_pool",
                "`token` pools the class token, and there is none",
                "set model.global_pool: avg, or model.class_token: true");
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
                 "what the head sees: the class token, or the mean of the patches",
                 {},
                 {"token", "avg", ""}});
  visitor.field({"embed_dim", &o.embed_dim, "width of a token", kAtLeastOne});
  visitor.field({"depth", &o.depth, "encoder blocks", kAtLeastOne});
  visitor.field({"num_heads", &o.num_heads, "attention heads; divides embed_dim", kAtLeastOne});
  visitor.field({"mlp_ratio", &o.mlp_ratio, "hidden width of the MLP by embed_dim", kPositive});
  visitor.field({"qkv_bias", &o.qkv_bias, "bias of queries, keys and values"});
  visitor.field({"qk_norm", &o.qk_norm, "layer norm of queries and keys"});
  visitor.field({"init_values", &o.init_values, "initial LayerScale; null: no LayerScale"});
  visitor.field({"class_token", &o.class_token, "a learned class token before the patches"});
  visitor.field({"pos_embed",
                 &o.pos_embed,
                 "positional encoding: learned, fixed 2-D sine-cosine, none",
                 {},
                 {"learn", "sincos2d", "none"}});
  visitor.field({"no_embed_class", &o.no_embed_class,
                 "no positional encoding for class token and registers"});
  visitor.field(
      {"reg_tokens", &o.reg_tokens, "register tokens (Darcet et al. 2024)", kNonNegative});
  visitor.field({"pre_norm", &o.pre_norm, "layer norm before the encoder (CLIP)"});
  visitor.field({"fc_norm", &o.fc_norm,
                 "norm after pooling instead of before; null: only where patches are averaged"});
  visitor.field({"drop_rate", &o.drop_rate, "dropout before the head", kProbability});
  visitor.field(
      {"pos_drop_rate", &o.pos_drop_rate, "dropout after the positional encoding", kProbability});
  visitor.field({"proj_drop_rate", &o.proj_drop_rate,
                 "dropout after the projections of attention and MLP", kProbability});
  visitor.field(
      {"attn_drop_rate", &o.attn_drop_rate, "dropout of the attention weights", kProbability});
  visitor.field({"drop_path_rate", &o.drop_path_rate,
                 "stochastic depth of the last block, rising from 0", kProbability});
}

VisionTransformerImpl::VisionTransformerImpl(const ViTOptions& options_) : options(options_) {
  check(options);
  reset();
}

void VisionTransformerImpl::reset() {
  const std::int64_t dim = options.embed_dim;
  const auto layer_norm = [&](const char* name) {
    return register_module(name,
                           torch::nn::LayerNorm(torch::nn::LayerNormOptions({dim}).eps(kNormEps)));
  };
  patch_embed =
      register_module("patch_embed", PatchEmbed(PatchEmbedOptions{.img_size = options.img_size,
                                                                  .patch_size = options.patch_size,
                                                                  .in_chans = options.in_chans,
                                                                  .embed_dim = dim,
                                                                  .bias = !options.pre_norm}));
  if (options.class_token) cls_token = register_parameter("cls_token", torch::empty({1, 1, dim}));
  if (options.reg_tokens > 0)
    reg_token = register_parameter("reg_token", torch::empty({1, options.reg_tokens, dim}));
  if (options.pos_embed == "learn")
    pos_embed = register_parameter(
        "pos_embed", torch::empty({1, embedded_prefix(options) + patch_embed->num_patches(), dim}));
  else if (options.pos_embed == "sincos2d")
    pos_embed = register_buffer(
        "pos_embed", sincos2d_pos_embed(dim, patch_embed->grid_size(), embedded_prefix(options)));
  if (options.pre_norm) norm_pre = layer_norm("norm_pre");
  blocks = register_module("blocks",
                           Encoder(EncoderOptions{.depth = options.depth,
                                                  .block = {.dim = dim,
                                                            .num_heads = options.num_heads,
                                                            .mlp_ratio = options.mlp_ratio,
                                                            .qkv_bias = options.qkv_bias,
                                                            .qk_norm = options.qk_norm,
                                                            .init_values = options.init_values,
                                                            .proj_drop = options.proj_drop_rate,
                                                            .attn_drop = options.attn_drop_rate,
                                                            .drop_path = options.drop_path_rate,
                                                            .norm_eps = kNormEps}}));
  if (uses_fc_norm())
    fc_norm = layer_norm("fc_norm");
  else
    norm = layer_norm("norm");
  if (options.num_classes > 0)
    head = register_module("head", Linear(LinearOptions{dim, options.num_classes}));
}

bool VisionTransformerImpl::uses_fc_norm() const {
  return options.fc_norm.value_or(options.global_pool == "avg");
}

std::int64_t VisionTransformerImpl::num_prefix_tokens() const {
  return (options.class_token ? 1 : 0) + options.reg_tokens;
}

std::vector<std::string> VisionTransformerImpl::no_weight_decay() const {
  return {"pos_embed", "cls_token", "reg_token"};
}

torch::Tensor VisionTransformerImpl::embed_positions(const torch::Tensor& patches) {
  // The batch size is taken from `patches` by expand_as, so that a trace works for every batch.
  std::vector<torch::Tensor> tokens;
  const auto repeat = [&](const torch::Tensor& token) {
    return token.expand_as(patches.narrow(1, 0, 1).expand({-1, token.size(1), -1}));
  };
  if (options.class_token) tokens.push_back(repeat(cls_token));
  if (options.reg_tokens > 0) tokens.push_back(repeat(reg_token));
  const bool positions = options.pos_embed != "none";
  tokens.push_back(positions && options.no_embed_class ? patches + pos_embed : patches);
  torch::Tensor joined =
      tokens.size() == 1 ? tokens[0] : torch::cat(tokens, 1);  // [B, prefix + N, D]
  if (positions && !options.no_embed_class) joined = joined + pos_embed;
  return vit::dropout(joined, options.pos_drop_rate, is_training());
}

torch::Tensor VisionTransformerImpl::forward_features(const torch::Tensor& x) {
  torch::Tensor tokens = embed_positions(patch_embed(x));
  if (norm_pre) tokens = norm_pre(tokens);
  tokens = blocks(tokens);
  return norm ? norm(tokens) : tokens;
}

torch::Tensor VisionTransformerImpl::forward_head(const torch::Tensor& features) {
  torch::Tensor pooled = global_pool(features, options.global_pool, num_prefix_tokens());  // [B, D]
  if (fc_norm) pooled = fc_norm(pooled);
  pooled = vit::dropout(pooled, options.drop_rate, is_training());
  return head ? head(pooled) : pooled;
}

torch::Tensor VisionTransformerImpl::forward(const torch::Tensor& x) {
  return forward_head(forward_features(x));
}

void VisionTransformerImpl::init_weights(std::uint64_t seed) {
  // timm's default: linear layers N(0, 0.02) cut at 2 with zero bias, the patch convolution as
  // torch.nn.Conv2d, positions N(0, 0.02), class token and registers close to zero; norms and
  // LayerScale keep what their constructors set. Each parameter has its own sequence.
  std::uint64_t index = 0;
  for (auto& item : named_parameters()) {
    const std::string& name = item.key();
    const torch::Tensor& parameter = item.value();
    const Rng rng(seed, Stream::init, 0, index++);
    const auto ends_with = [&](std::string_view suffix) { return name.ends_with(suffix); };
    if (name.starts_with("patch_embed.proj.")) {
      const double fan_in = static_cast<double>(options.in_chans * options.patch_size.height *
                                                options.patch_size.width);
      init::uniform(parameter, 1.0 / std::sqrt(fan_in), rng);
    } else if (name == "cls_token" || name == "reg_token") {
      init::normal(parameter, 1e-6, rng);
    } else if (name == "pos_embed") {
      init::trunc_normal(parameter, 0.02, rng);
    } else if (parameter.dim() == 2) {
      init::trunc_normal(parameter, 0.02, rng);
    } else if (ends_with(".gamma")) {
      init::constant(parameter, *options.init_values);
    } else if (ends_with(".bias")) {
      init::constant(parameter, 0);
    } else {
      VIT_ASSERT(name.find("norm") != std::string::npos, name);
      init::constant(parameter, 1);
    }
  }
}

}  // namespace vit
