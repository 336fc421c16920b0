#include "vit/tasks/mae/mae_decoder.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"
#include "vit/nn/pos_embed.h"

namespace vit {

void describe(FieldVisitor& visitor, MaeDecoderOptions& o) {
  visitor.field(
      {"embed_dim", &o.embed_dim, "width of its tokens; the paper's is 512", kAtLeastOne});
  visitor.field({"depth", &o.depth, "its blocks; the paper's are 8", kNonNegative});
  visitor.field(
      {"num_heads", &o.num_heads, "heads of its attention; 0: one for 32 features", kNonNegative});
  visitor.field({"mlp_ratio", &o.mlp_ratio, "width inside its MLPs by embed_dim", kPositive});
}

MaeDecoderOptions resolved(MaeDecoderOptions options) {
  constexpr std::int64_t kMaeHeadWidth = 32;
  if (options.num_heads == 0)
    options.num_heads = std::max<std::int64_t>(1, options.embed_dim / kMaeHeadWidth);
  return options;
}

MaeDecoderImpl::MaeDecoderImpl(const MaeDecoderOptions& options_) : options(resolved(options_)) {
  if (options.embed_dim % 4 != 0 || options.embed_dim % options.num_heads != 0)
    throw Error(ErrorKind::usage, "task.decoder.embed_dim",
                vit::str("is ", options.embed_dim,
                         ", and should be a multiple of 4 (for its "
                         "positions) and of task.decoder.num_heads, ",
                         options.num_heads),
                "128 is one for 1, 2, 4 or 8 heads");
  reset_whole(*this);
}

void MaeDecoderImpl::reset() {
  const std::int64_t width = options.embed_dim;
  decoder_embed =
      register_module("decoder_embed", Linear(LinearOptions{options.encoder_dim, width}));
  mask_token = register_parameter("mask_token", at::empty({1, 1, width}));
  decoder_pos_embed = register_buffer(
      "decoder_pos_embed", sincos2d_pos_embed(width, options.grid, options.prefix_tokens));
  EncoderOptions blocks{.depth = options.depth, .block = {}};
  blocks.block.dim = width;
  blocks.block.num_heads = options.num_heads;
  blocks.block.mlp_ratio = options.mlp_ratio;
  blocks.block.norm.eps = options.norm_eps;
  blocks.block.mlp.act = options.act;
  decoder_blocks = register_module("decoder_blocks", Encoder(blocks));
  decoder_norm =
      register_module("decoder_norm", Norm(NormOptions{.dim = width, .eps = options.norm_eps}));
  decoder_pred =
      register_module("decoder_pred", Linear(LinearOptions{width, options.patch_values}));
}

void MaeDecoderImpl::init_weights(std::uint64_t seed) {
  std::uint64_t index = 0;
  for (auto& item : named_parameters()) {
    const torch::Tensor& parameter = item.value();
    const Rng rng(seed, Stream::init, 2, index++);
    if (item.key() == "mask_token")
      init::normal(parameter, 0.02, rng);
    else if (parameter.dim() == 2)
      init::uniform(parameter,
                    std::sqrt(6.0 / static_cast<double>(parameter.size(0) + parameter.size(1))),
                    rng);
    else
      init::constant(parameter, item.key().ends_with("bias") ? 0 : 1);
  }
}

torch::Tensor MaeDecoderImpl::forward(const torch::Tensor& tokens, const torch::Tensor& restore) {
  const std::int64_t prefix = options.prefix_tokens,
                     patches = options.grid.height * options.grid.width;
  if (tokens.dim() != 3 || restore.dim() != 2 || restore.size(1) != patches)
    throw Error(ErrorKind::usage, "MaeDecoder",
                vit::str("expected tokens [B, N, D] and the places of ", patches, " patches, got ",
                         tokens.sizes(), " and ", restore.sizes()));
  const torch::Tensor embedded = decoder_embed(tokens);  // [B, prefix + K, D]
  const torch::Tensor kept = embedded.slice(1, prefix);
  // A trace takes the batch size from the tokens.
  const torch::Tensor removed =
      mask_token.to(kept.scalar_type())
          .expand_as(embedded.narrow(1, 0, 1).expand({-1, patches - kept.size(1), -1}));
  torch::Tensor all = at::cat({kept, removed}, 1)  // [B, N, D]
                          .gather(1, restore.unsqueeze(-1).expand({-1, -1, options.embed_dim}));
  if (prefix > 0) all = at::cat({embedded.slice(1, 0, prefix), all}, 1);
  return decoder_pred(decoder_norm(decoder_blocks(all + decoder_pos_embed))).slice(1, prefix);
}

}  // namespace vit
