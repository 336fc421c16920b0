#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "vit/core/fields.h"
#include "vit/nn/conv.h"
#include "vit/nn/linear.h"
#include "vit/nn/norm.h"
#include "vit/tasks/detect/rf_detr_stage.h"

namespace vit {

/// A ConvNeXt block without its MLP, [B, C, h, w] -> the same: depthwise 3x3 convolution, norm over
/// channels, one linear layer, GELU, added to what came in.
class MaskBlockImpl : public torch::nn::Cloneable<MaskBlockImpl> {
 public:
  explicit MaskBlockImpl(std::int64_t channels);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  std::int64_t channels;
  Conv2d dwconv{nullptr};
  Norm norm{nullptr};
  Linear pwconv1{nullptr};
};
TORCH_MODULE(MaskBlock);

/// The MLP of an encoder block, four times as wide inside, with its norm in front and its residual
/// connection: [..., D] -> the same.
class MaskQueryMlpImpl : public torch::nn::Cloneable<MaskQueryMlpImpl> {
 public:
  explicit MaskQueryMlpImpl(std::int64_t dim);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  std::int64_t dim;
  Norm norm_in{nullptr};
  torch::nn::ModuleList layers{nullptr};  ///< linear, GELU, linear
};
TORCH_MODULE(MaskQueryMlp);

struct MaskHeadOptions {
  std::int64_t dim = 256;
  std::int64_t blocks = 4;            ///< one for each layer of the decoder
  std::int64_t downsample_ratio = 4;  ///< pixels of the image that a side of a mask's cell takes
};

/// RF-DETR's head of masks, under its repository's names (`segmentation_head`): the projected map
/// is enlarged, and what a query's mask is at a cell is the product of the cell's features with the
/// query's, and a bias. The map goes through one block more for each layer of the decoder.
class RfDetrMaskHeadImpl : public torch::nn::Cloneable<RfDetrMaskHeadImpl> {
 public:
  explicit RfDetrMaskHeadImpl(const MaskHeadOptions& options);
  void reset() override;

  /// Of images of `size` pixels, the map [B, D, h, w] and the queries behind each layer of the
  /// decoder, each [B, Q, D], the masks of each layer.
  std::vector<QueryMasks> forward(const torch::Tensor& map,
                                  const std::vector<torch::Tensor>& queries, Size2 size);
  /// Of the last layer alone, behind all blocks.
  QueryMasks last(const torch::Tensor& map, const torch::Tensor& queries, Size2 size);
  /// Of the first stage, whose map goes through no block and, as in the repository, through no
  /// projection either.
  QueryMasks first_stage(const torch::Tensor& map, const torch::Tensor& chosen, Size2 size);

  MaskHeadOptions options;
  torch::nn::ModuleList blocks{nullptr};
  Conv2d spatial_features_proj{nullptr};
  MaskQueryMlp query_features_block{nullptr};
  Linear query_features_proj{nullptr};
  torch::Tensor bias;  ///< [1]

 private:
  [[nodiscard]] torch::Tensor enlarged(const torch::Tensor& map, Size2 size) const;
  [[nodiscard]] QueryMasks masks_of(const torch::Tensor& cells, const torch::Tensor& queries);
};
TORCH_MODULE(RfDetrMaskHead);

}  // namespace vit
