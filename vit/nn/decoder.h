#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "vit/nn/decoder_block.h"
#include "vit/nn/token_embedding.h"

namespace vit {

enum class TokenPositions {
  learned,
  sincos,  ///< fixed: sincos1d_pos_embed
};

/// What each token is given of the memory as a whole, beside what its cross-attention finds there.
enum class MemorySummary {
  none,
  mean,
  max,  ///< of each channel over the memory
};

struct DecoderOptions {
  std::int64_t vocab_size = 0;  ///< V
  std::int64_t length = 0;      ///< L: most tokens of a sequence
  std::int64_t depth = 6;
  DecoderBlockOptions block{};  ///< of each block; its drop_path is that of the last one
  TokenPositions positions = TokenPositions::learned;
  bool tied = true;  ///< the embedding's rows are the output's too (Press and Wolf 2017)
  MemorySummary summary = MemorySummary::none;  ///< has a `summary` layer, added to the embeddings
  bool parallel = false;  ///< has a `mask_token`, for DecoderImpl::forward_parallel
};

/// What a decoder has seen so far, step by step: see DecoderImpl::forward.
struct DecoderCache {
  std::vector<DecoderBlockImpl::Cache> blocks;
  torch::Tensor summary;    ///< of the memory, [B, 1, D]; undefined where the decoder has none
  std::int64_t length = 0;  ///< tokens seen

  /// Keeps these rows of the batch, [n] int64, in this order: each may be there several times.
  void select(const torch::Tensor& rows);
};

/// The decoder of a transformer (Vaswani et al. 2017, section 3.1) over a memory [B, N, D_mem],
/// such as an image's tokens: tokens are embedded, get positions, go through `depth` blocks and a
/// norm, and each position's logits are those of the token that follows.
///
/// Embedding and positions start normal with deviation 0.02, so that with tied outputs all tokens
/// are about equally likely at first. A summary of the memory starts at 0.
class DecoderImpl : public torch::nn::Cloneable<DecoderImpl> {
 public:
  explicit DecoderImpl(const DecoderOptions& options);
  void reset() override;
  /// tokens [B, M] int64 -> logits [B, M, V]. `mask` is of the tokens among each other. With a
  /// cache, tokens are those that follow what was seen through it. Throws Error (usage) where there
  /// are more than `length`.
  torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& memory,
                        const AttentionMask& mask = {.causal = true},
                        DecoderCache* cache = nullptr);
  /// All of `count` tokens at once, without any of them: each input is the mask token, each sees
  /// all others, and the memory is all that tells texts apart (CapPa's parallel prediction,
  /// Tschannen et al. 2023, section 3.1). memory [B, N, D_mem] -> logits [B, count, V].
  torch::Tensor forward_parallel(std::int64_t count, const torch::Tensor& memory);
  [[nodiscard]] DecoderBlockImpl& block(std::size_t i) { return blocks->at<DecoderBlockImpl>(i); }

  DecoderOptions options;
  TokenEmbedding token_embed{nullptr};
  torch::Tensor pos_embed;   ///< [1, L, D]; a buffer where it is fixed
  torch::Tensor mask_token;  ///< [1, 1, D]; undefined without `parallel`
  Linear summary{nullptr};   ///< D_mem -> D; where `options.summary` is not none
  torch::nn::ModuleList blocks{nullptr};
  Norm norm{nullptr};
  Linear head{nullptr};  ///< where the output is not tied

 private:
  /// What every token is given of the memory [B, N, D_mem]: [B, 1, D].
  torch::Tensor summary_of(const torch::Tensor& memory);
  torch::Tensor through_blocks(torch::Tensor x, const torch::Tensor& memory,
                               const AttentionMask& mask, DecoderCache* cache);
};
TORCH_MODULE(Decoder);

}  // namespace vit
