#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "vit/nn/decoder.h"

namespace vit {

struct GenerateOptions {
  std::int64_t bos = 0, eos = 0;  ///< the tokens that a sequence begins and ends with
  std::int64_t pad = 0;           ///< what stands behind the end
  std::int64_t length = 0;        ///< most tokens, bos and eos among them; 0: the decoder's
  std::int64_t beams = 1;         ///< sequences that are followed at once; 1: greedy
  bool trace = false;             ///< whether Generated tells its steps
};

/// A sequence that one step of a search kept: row `parent` of the step before, continued by `token`
/// (-1: it had ended).
struct SearchStep {
  std::int64_t parent = 0, token = 0;
  double score = 0;
};

/// Sequences for each item of a memory, the likeliest first.
struct Generated {
  torch::Tensor tokens;  ///< [B, beams, length] int64
  torch::Tensor scores;  ///< [B, beams] float64: the sums of their tokens' log-probabilities
  /// Of each step the sequences kept, an item's behind those of the item before: in the first step
  /// parents are items, then rows of the step before.
  std::vector<std::vector<SearchStep>> steps{};
};

/// Continues `bos` with what a decoder says of each item of memory [B, N, D_mem], by beam search:
/// of all continuations of the `beams` likeliest sequences the likeliest are kept, and a finished
/// one keeps its sum (no length penalty). One beam is greedy decoding. Of equal sums the earlier
/// sequence and the smaller token win. Keys and values are kept, so that a step computes one token.
/// No gradients. Throws Error (usage) where there are more beams than tokens, or a length
/// below 2.
[[nodiscard]] Generated generate(DecoderImpl& decoder, const torch::Tensor& memory,
                                 const GenerateOptions& options);

}  // namespace vit
