#pragma once

#include <torch/types.h>

#include <optional>

namespace vit {

/// Which keys a query sees; with several parts, those that all of them let it see.
struct AttentionMask {
  /// The queries are the last M of N positions, and each sees the keys up to its own: query i those
  /// up to N - M + i, as decoding with a cache of keys needs it. (LibTorch's is_causal counts from
  /// the first key, which is the same for M = N only.)
  bool causal = false;
  std::optional<torch::Tensor> keys{};   ///< padding: [B, N] bool, the keys that count
  std::optional<torch::Tensor> pairs{};  ///< [B or 1, M, N] bool, the keys that each query sees
};

struct AttendOptions {
  std::optional<torch::Tensor> bias{};  ///< [B or 1, H or 1, M, N] of q's type, added to the logits
  AttentionMask mask{};
  double drop = 0.0;  ///< dropout of the weights, the rate in force: 0 outside of training
  std::optional<double> scale{};  ///< of the products; none: 1 / sqrt(Dh)
};

/// Scaled dot-product attention (Vaswani et al. 2017, section 3.2.1): softmax(q k^T / sqrt(Dh) +
/// bias) v. q [B, H, M, Dh], k and v [B, H, N, Dh] -> [B, H, M, Dh]; zeros for a query that sees no
/// key. The only place that calls LibTorch's fused operator; the plain formula takes over for
/// dropout, which LibTorch would draw from its global generator, and where an AttentionScope wants
/// the weights. Throws Error (usage) where a mask is of another shape or type.
[[nodiscard]] torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k,
                                   const torch::Tensor& v, const AttendOptions& options = {});

}  // namespace vit
