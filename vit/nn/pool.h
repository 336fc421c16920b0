#pragma once

#include <torch/types.h>

#include <string_view>

namespace vit {

/// Reduces an encoder's tokens to one feature vector. tokens [B, N, D], the first `prefix_tokens`
/// of which are not patches. kind: `token` takes the first token (the class token), `avg` the mean
/// of the patches; both give [B, D]. `` (empty) returns the tokens unchanged.
torch::Tensor global_pool(const torch::Tensor& tokens, std::string_view kind,
                          std::int64_t prefix_tokens);

}  // namespace vit
