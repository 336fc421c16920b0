#pragma once

#include <torch/types.h>

#include <string_view>
#include <vector>

namespace vit {

/// The kinds of global_pool_2d, in timm's words.
[[nodiscard]] std::vector<std::string_view> global_pool_2d_kinds();

/// What the head of a convolutional network sees. x [B, C, H, W] -> [B, C], for `avg`, `max`, and
/// `avgmax` (half of their sum); x itself for "". Throws Error (usage) for another kind.
[[nodiscard]] torch::Tensor global_pool_2d(const torch::Tensor& x, std::string_view kind);

}  // namespace vit
