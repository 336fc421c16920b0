#include "vit/nn/token_embedding.h"

#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>

#include "vit/core/error.h"
#include "vit/nn/initial_weights.h"

namespace vit {

TokenEmbeddingImpl::TokenEmbeddingImpl(const TokenEmbeddingOptions& options_) : options(options_) {
  reset();
}

void TokenEmbeddingImpl::reset() {
  weight = register_parameter("weight", at::empty({options.vocab_size, options.dim}));
  start_token(weight, 0.02);
}

torch::Tensor TokenEmbeddingImpl::forward(const torch::Tensor& ids) {
  if (ids.dim() != 2 || ids.scalar_type() != torch::kInt64)
    throw Error(ErrorKind::usage, "TokenEmbedding",
                vit::str("expected ids [B, L] int64, got ", ids.sizes(), " ", ids.scalar_type()));
  return at::embedding(weight, ids);
}

}  // namespace vit
