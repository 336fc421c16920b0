#include "vit/nn/attention_pool.h"

#include <cmath>

#include "vit/core/error.h"
#include "vit/nn/attend.h"
#include "vit/nn/initial_weights.h"

namespace vit {

AttentionPoolImpl::AttentionPoolImpl(const AttentionPoolOptions& options_) : options(options_) {
  if (options.num_heads < 1 || options.dim % options.num_heads != 0)
    throw Error(
        ErrorKind::usage, "AttentionPool",
        str("embed_dim ", options.dim, " is not a multiple of num_heads ", options.num_heads),
        "set model.embed_dim or model.num_heads so that it divides");
  reset();
}

void AttentionPoolImpl::reset() {
  const std::int64_t dim = options.dim;
  NormOptions of_dim = options.norm;
  of_dim.dim = dim;
  latent = register_parameter("latent", torch::zeros({1, 1, dim}));
  start_token(latent, 1 / std::sqrt(static_cast<double>(dim)));
  q = register_module("q", Linear(LinearOptions{dim, dim}));
  kv = register_module("kv", Linear(LinearOptions{dim, 2 * dim}));
  proj = register_module("proj", Linear(LinearOptions{dim, dim}));
  norm = register_module("norm", Norm(of_dim));
  mlp = register_module("mlp", Mlp(MlpOptions{.in_features = dim,
                                              .hidden_features = static_cast<std::int64_t>(
                                                  static_cast<double>(dim) * options.mlp_ratio),
                                              .act = options.act}));
}

torch::Tensor AttentionPoolImpl::forward(const torch::Tensor& tokens) {
  const auto parts = kv(tokens)                                      // [B, N, 2 D]
                         .unflatten(-1, {2, options.num_heads, -1})  // [B, N, 2, H, Dh]
                         .permute({2, 0, 3, 1, 4})                   // [2, B, H, N, Dh]
                         .unbind(0);
  // Repeated by expand_as, so that a trace works for every batch.
  const torch::Tensor query = q(latent)                                    // [1, 1, D]
                                  .unflatten(-1, {options.num_heads, -1})  // [1, 1, H, Dh]
                                  .transpose(1, 2)                         // [1, H, 1, Dh]
                                  .expand_as(parts[0].narrow(2, 0, 1));    // [B, H, 1, Dh]
  const torch::Tensor attended =
      proj(attend(query, parts[0], parts[1]).transpose(1, 2).flatten(2));  // [B, 1, D]
  return (attended + mlp(norm(attended))).select(1, 0);
}

}  // namespace vit
