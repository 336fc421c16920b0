#pragma once

#include <torch/types.h>

namespace vit {

/// Masks of queries as the product of two factors, so that where few of them are asked for, or few
/// of their points, nothing else is computed. The last channel of the cells is 1, that of the
/// queries the bias.
struct QueryMasks {
  torch::Tensor cells;    ///< [B, C, h, w]
  torch::Tensor queries;  ///< [B, Q, C]

  [[nodiscard]] bool defined() const { return cells.defined(); }
  /// The logits [B, Q, h, w] of all of them, float32.
  [[nodiscard]] torch::Tensor logits() const;
  /// Of images `image` [K], ascending, the masks of the queries `query` [K]: [K, h, w], float32.
  [[nodiscard]] torch::Tensor logits_of(const torch::Tensor& image,
                                        const torch::Tensor& query) const;
};

/// What RF-DETR says of an image at one stage: the first one, or a layer of the decoder.
struct RfDetrStage {
  torch::Tensor logits;      ///< [B, Q, K] float32
  torch::Tensor boxes;       ///< [B, Q, 4] float32: cx, cy, w, h in 0..1
  torch::Tensor features{};  ///< [B, Q, D], of which it was read
  QueryMasks masks{};        ///< undefined where no masks are found
};

}  // namespace vit
