#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "vit/nn/norm.h"
#include "vit/tasks/detect/detr_mlp.h"
#include "vit/tasks/detect/rf_detr_deformable.h"
#include "vit/tasks/detect/rf_detr_options.h"

namespace vit {

/// Self-attention of queries within their group (Chen et al. 2023, Group DETR), under the names of
/// torch.nn.MultiheadAttention. Queries and keys have the positions added, values have not.
class GroupAttentionImpl : public torch::nn::Cloneable<GroupAttentionImpl> {
 public:
  GroupAttentionImpl(std::int64_t dim, std::int64_t num_heads);
  void reset() override;
  /// x and positions [B, Q, D], the groups one after the other -> [B, Q, D].
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& positions,
                        std::int64_t groups);

  std::int64_t dim, num_heads;
  torch::Tensor in_proj_weight, in_proj_bias;  ///< [3 D, D], [3 D]: query, key, value
  Linear out_proj{nullptr};
};
TORCH_MODULE(GroupAttention);

/// What the layers of the decoder look at.
struct DecoderMemory {
  torch::Tensor tokens;  ///< [B, h w, D]
  Size2 grid{};
};

/// One layer of RF-DETR's decoder, its norms behind each residual connection (eps 1e-5): the
/// queries attend to their group, each to points of the image, then an MLP.
class RfDetrDecoderLayerImpl : public torch::nn::Cloneable<RfDetrDecoderLayerImpl> {
 public:
  explicit RfDetrDecoderLayerImpl(const RfDetrOptions& options);
  void reset() override;
  /// x and positions [B, Q, D], boxes [B, Q, 4] -> [B, Q, D].
  torch::Tensor forward(torch::Tensor x, const torch::Tensor& positions, const torch::Tensor& boxes,
                        const DecoderMemory& memory, std::int64_t groups);

  RfDetrOptions options;
  GroupAttention self_attn{nullptr};
  DeformableAttention cross_attn{nullptr};
  Linear linear1{nullptr}, linear2{nullptr};
  Norm norm1{nullptr}, norm2{nullptr}, norm3{nullptr};
};
TORCH_MODULE(RfDetrDecoderLayer);

/// The decoder: the positions of the queries come from their boxes, once for all layers.
class RfDetrDecoderImpl : public torch::nn::Cloneable<RfDetrDecoderImpl> {
 public:
  explicit RfDetrDecoderImpl(const RfDetrOptions& options);
  void reset() override;
  /// Queries [B, Q, D] with their boxes -> the output of each layer through `norm`.
  std::vector<torch::Tensor> forward(torch::Tensor x, const torch::Tensor& boxes,
                                     const DecoderMemory& memory, std::int64_t groups);

  RfDetrOptions options;
  torch::nn::ModuleList layers{nullptr};  ///< of RfDetrDecoderLayer
  Norm norm{nullptr};
  DetrMlp ref_point_head{nullptr};
};
TORCH_MODULE(RfDetrDecoder);

/// The layer norms of RF-DETR's transformer.
[[nodiscard]] inline Norm rf_detr_norm(std::int64_t dim) {
  return Norm(NormOptions{.dim = dim, .eps = 1e-5});
}

}  // namespace vit
