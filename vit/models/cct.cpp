#include "vit/models/cct.h"

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/nn/dropout.h"
#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"
#include "vit/nn/pos_embed.h"

namespace vit {
namespace {

ConvTokenizerOptions tokenizer_options(const CCTOptions& o) {
  ConvTokenizerOptions result{
      .img_size = o.img_size, .in_chans = o.in_chans, .embed_dim = o.embed_dim};
  result.kernel_size = o.kernel_size;
  result.pool = o.conv_tokenizer;
  if (o.conv_tokenizer) {
    result.n_conv_layers = o.n_conv_layers;
    result.stride = std::max<std::int64_t>(1, o.kernel_size / 2 - 1);
    result.padding = std::max<std::int64_t>(1, o.kernel_size / 2);
  } else {
    result.stride = o.kernel_size;
    result.padding = 0;
  }
  return result;
}

}  // namespace

void describe(FieldVisitor& visitor, CCTOptions& o) {
  visitor.field({"img_size", &o.img_size, "pixels, one number or [height, width]", kAtLeastOne});
  visitor.field({"in_chans", &o.in_chans, "input channels: 3 RGB, 1 luma", kAtLeastOne});
  visitor.field({"num_classes", &o.num_classes,
                 "outputs of the head; 0: no head; training takes it from the data", kNonNegative});
  visitor.field({"conv_tokenizer", &o.conv_tokenizer,
                 "tokens by convolution, ReLU and max pooling (CCT), or plain patches"});
  visitor.field({"seq_pool", &o.seq_pool,
                 "the head sees an attention-weighted mean of the tokens, or a class token"});
  visitor.field({"kernel_size", &o.kernel_size, "pixels of the tokenizer's kernels, or of a patch",
                 kAtLeastOne});
  visitor.field(
      {"n_conv_layers", &o.n_conv_layers, "convolutions of the tokenizer (CCT)", kAtLeastOne});
  visitor.field({"embed_dim", &o.embed_dim, "width of a token", kAtLeastOne});
  visitor.field({"depth", &o.depth, "encoder blocks", kAtLeastOne});
  visitor.field({"num_heads", &o.num_heads, "attention heads; divides embed_dim", kAtLeastOne});
  visitor.field({"mlp_ratio", &o.mlp_ratio, "hidden width of the MLP by embed_dim", kPositive});
  visitor.field({"pos_embed",
                 &o.pos_embed,
                 "positional encoding: learned, fixed sine-cosine of the token's index, none",
                 {},
                 {"learn", "sine", "none"}});
  visitor.field({"drop_rate", &o.drop_rate,
                 "dropout after the positions and after the linear layers", kProbability});
  visitor.field(
      {"attn_drop_rate", &o.attn_drop_rate, "dropout of the attention weights", kProbability});
  visitor.field({"drop_path_rate", &o.drop_path_rate,
                 "stochastic depth of the last block, rising from 0", kProbability});
}

CCTClassifierImpl::CCTClassifierImpl(const CCTOptions& options_, std::int64_t num_tokens_)
    : options(options_), num_tokens(num_tokens_) {
  reset();
}

void CCTClassifierImpl::reset() {
  const std::int64_t dim = options.embed_dim;
  const std::int64_t length = num_tokens + (options.seq_pool ? 0 : 1);
  if (options.seq_pool)
    attention_pool = register_module("attention_pool", Linear(LinearOptions{dim, 1}));
  else
    class_emb = register_parameter("class_emb", torch::zeros({1, 1, dim}));
  if (options.pos_embed == "learn")
    positional_emb = register_parameter("positional_emb", torch::zeros({1, length, dim}));
  else if (options.pos_embed == "sine")
    positional_emb = register_buffer("positional_emb", sincos1d_pos_embed(dim, length));
  blocks = register_module("blocks", torch::nn::Sequential());
  for (std::int64_t i = 0; i < options.depth; ++i) {
    blocks->push_back(CCTBlock(CCTBlockOptions{
        .dim = dim,
        .num_heads = options.num_heads,
        .mlp_ratio = options.mlp_ratio,
        .proj_drop = options.drop_rate,
        .attn_drop = options.attn_drop_rate,
        .drop_path = options.depth > 1 ? options.drop_path_rate * static_cast<double>(i) /
                                             static_cast<double>(options.depth - 1)
                                       : 0.0}));
  }
  norm = register_module("norm", Norm(NormOptions{.dim = dim, .eps = kCCTNormEps}));
  if (options.num_classes > 0)
    fc = register_module("fc", Linear(LinearOptions{dim, options.num_classes}));
}

torch::Tensor CCTClassifierImpl::forward_features(const torch::Tensor& x) {
  torch::Tensor tokens = x;  // [B, N, D]
  if (!options.seq_pool)     // the batch size by expand_as, so that a trace works for every batch
    tokens = torch::cat({class_emb.expand_as(x.narrow(1, 0, 1)), tokens}, 1);
  if (options.pos_embed != "none") tokens = tokens + positional_emb;
  tokens = vit::dropout(tokens, options.drop_rate, is_training());
  return norm(blocks->forward(tokens));
}

torch::Tensor CCTClassifierImpl::forward_head(const torch::Tensor& features) {
  torch::Tensor pooled;  // [B, D]
  if (options.seq_pool) {
    const torch::Tensor weights = attention_pool(features).softmax(1);  // [B, N, 1]
    pooled = weights.transpose(1, 2).matmul(features).squeeze(1);
  } else {
    pooled = features.select(1, 0);
  }
  return fc ? fc(pooled) : pooled;
}

CCTImpl::CCTImpl(const CCTOptions& options_) : options(options_) { reset_whole(*this); }

void CCTImpl::reset() {
  tokenizer = register_module("tokenizer", ConvTokenizer(tokenizer_options(options)));
  classifier_ = register_module("classifier", CCTClassifier(options, tokenizer->num_tokens()));
}

void CCTImpl::init_weights(std::uint64_t seed) {
  // The authors': convolutions N(0, 2 / fan_in), linear layers N(0, 0.02) cut at 2 with zero bias,
  // the bias of a patch convolution as torch.nn.Conv2d's, positions N(0, 0.2), class token 0. Each
  // parameter has its own sequence.
  const auto patch_pixels =
      static_cast<double>(options.in_chans * options.kernel_size * options.kernel_size);
  std::uint64_t index = 0;
  for (auto& item : named_parameters()) {
    const std::string& name = item.key();
    const torch::Tensor& parameter = item.value();
    const Rng rng(seed, Stream::init, 0, index++);
    if (parameter.dim() == 4)
      init::kaiming_normal_fan_in(parameter, rng);
    else if (name.starts_with("tokenizer."))
      init::uniform(parameter, 1.0 / std::sqrt(patch_pixels), rng);
    else if (name == "classifier.positional_emb")
      init::trunc_normal(parameter, 0.2, rng);
    else if (parameter.dim() == 2)
      init::trunc_normal(parameter, 0.02, rng);
    else if (name.ends_with("norm.weight") || name.ends_with("norm1.weight"))
      init::constant(parameter, 1);
    else
      init::constant(parameter, 0);
  }
}

}  // namespace vit
