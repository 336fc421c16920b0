#include "vit/tasks/contrast/text_tower.h"

#include <ATen/ops/empty.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"

namespace vit {

void describe(FieldVisitor& visitor, TextTowerOptions& o) {
  visitor.field({"vocab_size", &o.vocab_size,
                 "tokens of the vocabulary; 0: the tokenizer's; where one is learned, 1024",
                 kNonNegative});
  visitor.field({"context_length", &o.context_length, "tokens of a text", {2, 4096}});
  visitor.field({"width", &o.width, "of its tokens", kAtLeastOne});
  visitor.field({"layers", &o.layers, "its blocks", kAtLeastOne});
  visitor.field({"heads", &o.heads, "of its attention; 0: one for 64 features", kNonNegative});
  visitor.field({"mlp_ratio", &o.mlp_ratio, "width inside its MLPs by its own", kPositive});
  visitor.field({"act_layer",
                 &o.act_layer,
                 "activation of its MLPs; \"\": gelu",
                 {},
                 {"", "gelu", "gelu_tanh", "quick_gelu", "silu", "relu"}});
  visitor.field(
      {"norm_eps", &o.norm_eps, "of its norms; 0: 1e-5 for clip, 1e-6 for siglip", kNonNegative});
  visitor.field({"causal", &o.causal, "a token sees those before it alone; null: CLIP's does"});
  visitor.field({"pool",
                 &o.pool,
                 "whose feature is the text's: the end token's (eot) or the last position's; \"\": "
                 "eot for clip, last for siglip",
                 {},
                 {"", "eot", "last"}});
  visitor.field({"eos_token_id", &o.eos_token_id, "the end token; null: the largest of the text",
                 kNonNegative});
  visitor.field({"proj_bias", &o.proj_bias, "a bias of its projection; null: SigLIP's has one"});
}

TextTowerOptions resolved(TextTowerOptions o, const std::string& loss) {
  constexpr std::int64_t kHeadWidth = 64;
  const bool clip = loss == "clip";
  if (o.heads == 0) o.heads = std::max<std::int64_t>(1, o.width / kHeadWidth);
  if (o.act_layer.empty()) o.act_layer = "gelu";
  if (o.norm_eps == 0) o.norm_eps = clip ? 1e-5 : 1e-6;
  if (!o.causal) o.causal = clip;
  if (o.pool.empty()) o.pool = clip ? "eot" : "last";
  if (!o.proj_bias) o.proj_bias = !clip;
  return o;
}

TextTowerImpl::TextTowerImpl(const TextTowerOptions& options_) : options(options_) {
  if (options.heads < 1 || options.width % options.heads != 0)
    throw Error(ErrorKind::usage, "task.text.heads",
                str("the text's width ", options.width, " is not a multiple of its ", options.heads,
                    " heads"),
                "set task.text.width or task.text.heads so that it divides");
  if (options.vocab_size < 1)
    throw Error(ErrorKind::usage, "task.text.vocab_size", "is not known",
                "name a tokenizer (task.tokenizer), or set it");
  reset_whole(*this);
}

void TextTowerImpl::reset() {
  const std::int64_t width = options.width;
  const NormOptions norm_options{.dim = width, .eps = options.norm_eps};
  token_embed = register_module("token_embed",
                                TokenEmbedding(TokenEmbeddingOptions{options.vocab_size, width}));
  pos_embed = register_parameter("pos_embed", at::empty({1, options.context_length, width}));
  EncoderOptions encoder{.depth = options.layers, .block = {.dim = width}};
  encoder.block.num_heads = options.heads;
  encoder.block.mlp.hidden_features = std::llround(static_cast<double>(width) * options.mlp_ratio);
  encoder.block.mlp.act = activation(options.act_layer);
  encoder.block.attn.causal = options.causal.value_or(false);
  encoder.block.norm.eps = options.norm_eps;
  blocks = register_module("blocks", Encoder(encoder));
  norm = register_module("norm", Norm(norm_options));
  head = register_module(
      "head", Linear(LinearOptions{width, options.embed_dim, options.proj_bias.value_or(true)}));
}

void TextTowerImpl::init_weights(std::uint64_t seed) {
  std::uint64_t index = 0;
  for (const auto& item : named_parameters()) {
    const Rng rng(seed, Stream::init, 1, index++);
    if (item.value().dim() > 1)
      init::trunc_normal(item.value(), item.key() == "pos_embed" ? 0.01 : 0.02, rng);
    else
      init::constant(item.value(), item.key().ends_with("bias") ? 0 : 1);
  }
}

torch::Tensor TextTowerImpl::end_of(const torch::Tensor& ids) const {
  if (!options.eos_token_id) return ids.argmax(1);
  return (ids == *options.eos_token_id).to(torch::kInt32).argmax(1);  // the first of equal ones
}

torch::Tensor TextTowerImpl::forward(const torch::Tensor& ids) {
  if (ids.dim() == 2 && ids.size(1) > options.context_length)
    throw Error(ErrorKind::usage, "TextTower",
                vit::str("texts of ", ids.size(1), " tokens, and there are positions for ",
                         options.context_length),
                "cut them to task.text.context_length");
  torch::Tensor x = token_embed(ids);  // [B, L, width]
  x = norm(blocks(x + pos_embed.narrow(1, 0, ids.size(1)).to(x.scalar_type())));
  if (options.pool == "last") return head(x.select(1, ids.size(1) - 1));
  const torch::Tensor at =
      end_of(ids).unsqueeze(1).unsqueeze(2).expand({-1, 1, options.width});  // [B, 1, width]
  return head(x.gather(1, at).squeeze(1));
}

}  // namespace vit
