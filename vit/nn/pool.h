#pragma once

#include <torch/types.h>

#include <string_view>
#include <vector>

namespace vit {

struct PoolOptions {
  std::int64_t prefix_tokens = 1;  ///< the first tokens, which are not patches
  bool include_prefix = false;     ///< pool them too
};

/// Reduces an encoder's tokens [B, N, D] to one feature vector [B, D]. kind: `token` takes the
/// first token (the class token), `token_avg` that and the mean of the patches beside it [B, 2 D]
/// (DINOv2's linear evaluation, Oquab et al. 2023, section 7.1), `avg` the mean and `max` the
/// maximum of the patches, `avgmax` the mean of both; `` (empty) returns the tokens unchanged.
/// (`map` is AttentionPool.)
torch::Tensor global_pool(const torch::Tensor& tokens, std::string_view kind,
                          const PoolOptions& options);

/// The kinds of global_pool_2d, in timm's words.
[[nodiscard]] std::vector<std::string_view> global_pool_2d_kinds();

/// What the head of a convolutional network sees. x [B, C, H, W] -> [B, C], for `avg`, `max`, and
/// `avgmax` (half of their sum); x itself for "". Throws Error (usage) for another kind.
[[nodiscard]] torch::Tensor global_pool_2d(const torch::Tensor& x, std::string_view kind);

}  // namespace vit
