#include "vit/nn/decoder.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>

#include "vit/core/error.h"
#include "vit/nn/initial_weights.h"
#include "vit/nn/pos_embed.h"

namespace vit {

void DecoderCache::select(const torch::Tensor& rows) {
  for (DecoderBlockImpl::Cache& block : blocks)
    for (torch::Tensor* kept : {&block.tokens.k, &block.tokens.v, &block.memory.k, &block.memory.v})
      *kept = kept->index_select(0, rows);
  if (summary.defined()) summary = summary.index_select(0, rows);
}

DecoderImpl::DecoderImpl(const DecoderOptions& options_) : options(options_) { reset(); }

void DecoderImpl::reset() {
  const std::int64_t dim = options.block.dim;
  token_embed = register_module("token_embed",
                                TokenEmbedding(TokenEmbeddingOptions{options.vocab_size, dim}));
  if (options.positions == TokenPositions::sincos) {
    pos_embed = register_buffer("pos_embed", sincos1d_pos_embed(dim, options.length));
  } else {
    pos_embed = register_parameter("pos_embed", at::empty({1, options.length, dim}));
    start_token(pos_embed, 0.02);
  }
  if (options.parallel) {
    mask_token = register_parameter("mask_token", at::empty({1, 1, dim}));
    start_token(mask_token, 0.02);
  }
  if (options.summary != MemorySummary::none) {
    summary = register_module("summary", Linear(LinearOptions{options.block.memory_dim, dim}));
    const torch::NoGradGuard no_grad;
    summary->weight.zero_();
    summary->bias.zero_();
  }
  blocks = register_module("blocks", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < options.depth; ++i) {
    DecoderBlockOptions block = options.block;
    block.drop_path *=
        options.depth > 1 ? static_cast<double>(i) / static_cast<double>(options.depth - 1) : 0.0;
    blocks->push_back(DecoderBlock(block));
  }
  NormOptions last = options.block.norm;
  last.dim = dim;
  norm = register_module("norm", Norm(last));
  if (!options.tied) head = register_module("head", Linear(LinearOptions{dim, options.vocab_size}));
}

torch::Tensor DecoderImpl::forward(const torch::Tensor& tokens, const torch::Tensor& memory,
                                   const AttentionMask& mask, DecoderCache* cache) {
  const std::int64_t first = cache == nullptr ? 0 : cache->length, count = tokens.size(-1);
  if (first + count > options.length)
    throw Error(ErrorKind::usage, "Decoder",
                str(first + count, " tokens, and there are positions for ", options.length),
                "cut the text, or make the decoder for longer ones");
  if (cache != nullptr) {
    cache->blocks.resize(blocks->size());
    cache->length += count;
  }
  torch::Tensor x = token_embed(tokens);  // [B, M, D]
  x = x + pos_embed.narrow(1, first, count).to(x.scalar_type());
  if (summary) {
    if (cache == nullptr)
      x = x + summary_of(memory);
    else
      x = x + (cache->summary.defined() ? cache->summary : cache->summary = summary_of(memory));
  }
  return through_blocks(x, memory, mask, cache);
}

torch::Tensor DecoderImpl::summary_of(const torch::Tensor& memory) {
  return summary(options.summary == MemorySummary::max ? memory.amax(1, /*keepdim=*/true)
                                                       : memory.mean(1, /*keepdim=*/true));
}

torch::Tensor DecoderImpl::forward_parallel(std::int64_t count, const torch::Tensor& memory) {
  VIT_ASSERT(mask_token.defined(), "a decoder without a mask token");
  VIT_ASSERT(count <= options.length, count, " of ", options.length);
  torch::Tensor x = mask_token + pos_embed.narrow(1, 0, count);  // [1, M, D]
  x = x.expand({memory.size(0), count, options.block.dim});
  return through_blocks(summary ? x + summary_of(memory) : x, memory, {}, nullptr);
}

torch::Tensor DecoderImpl::through_blocks(torch::Tensor x, const torch::Tensor& memory,
                                          const AttentionMask& mask, DecoderCache* cache) {
  for (std::size_t i = 0; i < blocks->size(); ++i)
    x = block(i).forward(x, memory, mask, cache == nullptr ? nullptr : &cache->blocks[i]);
  x = norm(x);
  return head ? head(x) : at::linear(x, token_embed->weight);
}

}  // namespace vit
