#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace vit {

struct TokenEmbeddingOptions {
  std::int64_t vocab_size = 0;
  std::int64_t dim = 0;
};

/// A learned vector for each token of a vocabulary. ids [B, L] int64, each below vocab_size ->
/// [B, L, dim]. Made by itself it starts normal with deviation 0.02, cut at 2.
/// (torch::nn::Embedding would draw from the global generator.)
class TokenEmbeddingImpl : public torch::nn::Cloneable<TokenEmbeddingImpl> {
 public:
  explicit TokenEmbeddingImpl(const TokenEmbeddingOptions& options);
  void reset() override;
  /// Throws Error (usage) where ids are not [B, L] int64.
  torch::Tensor forward(const torch::Tensor& ids);

  TokenEmbeddingOptions options;
  torch::Tensor weight;  ///< [vocab_size, dim]
};
TORCH_MODULE(TokenEmbedding);

}  // namespace vit
