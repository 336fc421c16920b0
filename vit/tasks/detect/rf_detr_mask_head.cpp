#include "vit/tasks/detect/rf_detr_mask_head.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <torch/nn/modules/activation.h>
#include <torch/utils.h>

#include "vit/core/error.h"

namespace vit {

torch::Tensor QueryMasks::logits() const {
  return queries.matmul(cells.flatten(2))
      .unflatten(2, {cells.size(2), cells.size(3)})
      .to(torch::kFloat32);
}

torch::Tensor QueryMasks::logits_of(const torch::Tensor& image, const torch::Tensor& query) const {
  // Image by image: cells [C, h w] would otherwise be copied for each mask.
  std::vector<torch::Tensor> found;
  for (std::int64_t i = 0; i < cells.size(0); ++i) {
    const torch::Tensor own = query.masked_select(image == i);
    found.push_back(queries[i].index_select(0, own).matmul(cells[i].flatten(1)));
  }
  return torch::cat(found).unflatten(1, {cells.size(2), cells.size(3)}).to(torch::kFloat32);
}

MaskBlockImpl::MaskBlockImpl(std::int64_t channels_) : channels(channels_) { reset(); }

void MaskBlockImpl::reset() {
  dwconv = register_module("dwconv", Conv2d(Conv2dOptions{.in_channels = channels,
                                                          .out_channels = channels,
                                                          .kernel_size = 3,
                                                          .padding = 1,
                                                          .groups = channels}));
  norm = register_module("norm", Norm(NormOptions{.dim = channels, .eps = 1e-6}));
  pwconv1 = register_module("pwconv1", Linear(LinearOptions{channels, channels}));
}

torch::Tensor MaskBlockImpl::forward(const torch::Tensor& x) {
  const torch::Tensor seen = dwconv(x).permute({0, 2, 3, 1});  // [B, h, w, C]
  return x + at::gelu(pwconv1(norm(seen))).permute({0, 3, 1, 2});
}

MaskQueryMlpImpl::MaskQueryMlpImpl(std::int64_t dim_) : dim(dim_) { reset(); }

void MaskQueryMlpImpl::reset() {
  norm_in = register_module("norm_in", Norm(NormOptions{.dim = dim, .eps = 1e-5}));
  layers = register_module(
      "layers", torch::nn::ModuleList(Linear(LinearOptions{dim, 4 * dim}), torch::nn::GELU(),
                                      Linear(LinearOptions{4 * dim, dim})));
}

torch::Tensor MaskQueryMlpImpl::forward(const torch::Tensor& x) {
  const torch::Tensor inside = at::gelu(layers->at<LinearImpl>(0).forward(norm_in(x)));
  return x + layers->at<LinearImpl>(2).forward(inside);
}

RfDetrMaskHeadImpl::RfDetrMaskHeadImpl(const MaskHeadOptions& options_) : options(options_) {
  reset();
}

void RfDetrMaskHeadImpl::reset() {
  const std::int64_t dim = options.dim;
  blocks = register_module("blocks", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < options.blocks; ++i) blocks->push_back(MaskBlock(dim));
  spatial_features_proj = register_module(
      "spatial_features_proj", Conv2d(Conv2dOptions{.in_channels = dim, .out_channels = dim}));
  query_features_block = register_module("query_features_block", MaskQueryMlp(dim));
  query_features_proj = register_module("query_features_proj", Linear(LinearOptions{dim, dim}));
  bias = register_parameter("bias", torch::zeros({1}));
}

torch::Tensor RfDetrMaskHeadImpl::enlarged(const torch::Tensor& map, Size2 size) const {
  if (map.dim() != 4 || map.size(1) != options.dim)
    throw Error(ErrorKind::usage, "RfDetrMaskHead",
                vit::str("expected a map [B, ", options.dim, ", h, w], got ", map.sizes()));
  return at::upsample_bilinear2d(
      map, {size.height / options.downsample_ratio, size.width / options.downsample_ratio},
      /*align_corners=*/false);
}

QueryMasks RfDetrMaskHeadImpl::masks_of(const torch::Tensor& cells, const torch::Tensor& queries) {
  const torch::Tensor own = query_features_proj(query_features_block(queries));
  // Batch sizes are taken by expand_as, so that a trace works for every batch.
  const torch::Tensor ones = torch::ones_like(cells.narrow(1, 0, 1));
  const torch::Tensor last = bias.to(own.scalar_type()).expand_as(own.narrow(2, 0, 1));
  return {torch::cat({cells, ones}, 1), torch::cat({own, last}, 2)};
}

std::vector<QueryMasks> RfDetrMaskHeadImpl::forward(const torch::Tensor& map,
                                                    const std::vector<torch::Tensor>& queries,
                                                    Size2 size) {
  VIT_ASSERT(queries.size() <= blocks->size(), queries.size());
  torch::Tensor cells = enlarged(map, size);
  std::vector<QueryMasks> masks;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    cells = blocks->at<MaskBlockImpl>(i).forward(cells);
    masks.push_back(masks_of(spatial_features_proj(cells), queries[i]));
  }
  return masks;
}

QueryMasks RfDetrMaskHeadImpl::last(const torch::Tensor& map, const torch::Tensor& queries,
                                    Size2 size) {
  torch::Tensor cells = enlarged(map, size);
  for (std::size_t i = 0; i < blocks->size(); ++i)
    cells = blocks->at<MaskBlockImpl>(i).forward(cells);
  return masks_of(spatial_features_proj(cells), queries);
}

QueryMasks RfDetrMaskHeadImpl::first_stage(const torch::Tensor& map, const torch::Tensor& chosen,
                                           Size2 size) {
  return masks_of(enlarged(map, size), chosen);
}

}  // namespace vit
