#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "vit/core/fields.h"
#include "vit/nn/linear.h"

namespace vit {

/// What each head sees at points of a map: the values there, interpolated between the four nearest
/// cells (zeros outside), weighed and summed (Zhu et al. 2021, Deformable DETR, equation 2).
/// values [B, H, Dh, h, w]; points [B, Q, H, P, 2], x and y by the map's sides; weights [B, Q, H,
/// P], all float32 -> [B, Q, H Dh].
[[nodiscard]] torch::Tensor deformable_attend(const torch::Tensor& values,
                                              const torch::Tensor& points,
                                              const torch::Tensor& weights);

/// Where the points of each head start, as the bias [2 H P] of `sampling_offsets`: in a direction
/// that differs from head to head, the points one step apart.
[[nodiscard]] torch::Tensor compass_offsets(std::int64_t num_heads, std::int64_t num_points);

struct DeformableAttentionOptions {
  std::int64_t dim = 0;
  std::int64_t num_heads = 8;
  std::int64_t num_points = 4;
};

/// Attention to few points of a map, which the query chooses in and around its box (Deformable
/// DETR, section 4.1, with one level). The names are its repository's: `sampling_offsets`,
/// `attention_weights`, `value_proj`, `output_proj`.
class DeformableAttentionImpl : public torch::nn::Cloneable<DeformableAttentionImpl> {
 public:
  explicit DeformableAttentionImpl(const DeformableAttentionOptions& options);
  void reset() override;
  /// queries [B, Q, D] with their boxes [B, Q, 4] (cx, cy, w, h by the map's sides, float32) and
  /// memory [B, h w, D], row by row -> [B, Q, D]. Throws Error (usage) for other shapes.
  torch::Tensor forward(const torch::Tensor& queries, const torch::Tensor& boxes,
                        const torch::Tensor& memory, Size2 grid);

  DeformableAttentionOptions options;
  Linear sampling_offsets{nullptr}, attention_weights{nullptr};
  Linear value_proj{nullptr}, output_proj{nullptr};
};
TORCH_MODULE(DeformableAttention);

}  // namespace vit
