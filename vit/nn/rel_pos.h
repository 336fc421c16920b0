#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "vit/core/fields.h"

namespace vit {

struct RelPosOptions {
  Size2 grid;  ///< patches
  std::int64_t num_heads = 0;
  std::int64_t head_dim = 0;  ///< Dh; decomposed only
  std::int64_t prefix_tokens = 0;
};

/// A learned number for each head and each offset between two patches, added to the attention
/// logits (Swin, Liu et al. 2021, section 3.2; with prefix tokens as BEiT: they share three further
/// numbers: prefix to patch, patch to prefix, prefix to prefix).
class RelPosBiasImpl : public torch::nn::Cloneable<RelPosBiasImpl> {
 public:
  explicit RelPosBiasImpl(const RelPosOptions& options);
  void reset() override;
  /// [1, H, N, N], N with prefix tokens.
  torch::Tensor forward();

  RelPosOptions options;
  torch::Tensor relative_position_bias_table;  ///< [(2 h - 1) (2 w - 1) (+ 3), H]

 private:
  torch::Tensor index_;  // [N, N], which row of the table
};
TORCH_MODULE(RelPosBias);

/// Further channels of queries and keys, C = h + w.
struct PositionChannels {
  torch::Tensor q;  ///< [B, H, N, C]
  torch::Tensor k;  ///< [1, 1, N, C]: 1 at the key's row and column, else 0
};

/// The bias of a query towards a key, from the query itself and the offset in each axis:
/// q R_h[dy] + q R_w[dx] (MViTv2, Li et al. 2022, section 4.1; ViTDet), as the product of these
/// channels: so the bias [B, H, N, N] need not be in memory. `q` [B, H, N, Dh] is not scaled yet;
/// `rel_pos_h` [2 h - 1, Dh], `rel_pos_w` [2 w - 1, Dh], of another grid too: linearly
/// interpolated, as detectron2 does it. Prefix tokens get none.
[[nodiscard]] PositionChannels decomposed_rel_pos(const torch::Tensor& q,
                                                  const torch::Tensor& rel_pos_h,
                                                  const torch::Tensor& rel_pos_w,
                                                  const RelPosOptions& options);

}  // namespace vit
