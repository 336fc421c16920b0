#include "vit/tasks/detect/rf_detr_decoder.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>

#include "vit/nn/attend.h"
#include "vit/nn/initial_weights.h"
#include "vit/tasks/detect/rf_detr_boxes.h"

namespace vit {

GroupAttentionImpl::GroupAttentionImpl(std::int64_t dim_, std::int64_t num_heads_)
    : dim(dim_), num_heads(num_heads_) {
  reset();
}

void GroupAttentionImpl::reset() {
  in_proj_weight = register_parameter("in_proj_weight", at::empty({3 * dim, dim}));
  in_proj_bias = register_parameter("in_proj_bias", at::empty({3 * dim}));
  start_linear(in_proj_weight, in_proj_bias);
  out_proj = register_module("out_proj", Linear(LinearOptions{dim, dim}));
}

torch::Tensor GroupAttentionImpl::forward(const torch::Tensor& x, const torch::Tensor& positions,
                                          std::int64_t groups) {
  // Sizes stay symbolic (-1): a trace of this must work for every batch.
  const auto parted = [&](const torch::Tensor& all) {  // [B G, Q / G, D]
    return groups == 1 ? all : all.unflatten(1, {groups, -1}).flatten(0, 1);
  };
  const auto heads = [&](const torch::Tensor& joined) {
    return joined.unflatten(-1, {num_heads, -1}).transpose(1, 2);  // [B G, H, Q / G, Dh]
  };
  const torch::Tensor qk = at::linear(parted(x + positions), in_proj_weight.narrow(0, 0, 2 * dim),
                                      in_proj_bias.narrow(0, 0, 2 * dim));
  const torch::Tensor v = at::linear(parted(x), in_proj_weight.narrow(0, 2 * dim, dim),
                                     in_proj_bias.narrow(0, 2 * dim, dim));
  const torch::Tensor attended =
      attend(heads(qk.narrow(2, 0, dim)), heads(qk.narrow(2, dim, dim)), heads(v));
  const torch::Tensor out = out_proj(attended.transpose(1, 2).flatten(2));
  return groups == 1 ? out : out.unflatten(0, {-1, groups}).flatten(1, 2);
}

RfDetrDecoderLayerImpl::RfDetrDecoderLayerImpl(const RfDetrOptions& options_) : options(options_) {
  reset();
}

void RfDetrDecoderLayerImpl::reset() {
  const std::int64_t dim = options.hidden_dim;
  self_attn = register_module("self_attn", GroupAttention(dim, options.sa_nheads));
  norm1 = register_module("norm1", rf_detr_norm(dim));
  cross_attn = register_module("cross_attn", DeformableAttention(DeformableAttentionOptions{
                                                 dim, options.ca_nheads, options.dec_n_points}));
  linear1 = register_module("linear1", Linear(LinearOptions{dim, options.dim_feedforward}));
  linear2 = register_module("linear2", Linear(LinearOptions{options.dim_feedforward, dim}));
  norm2 = register_module("norm2", rf_detr_norm(dim));
  norm3 = register_module("norm3", rf_detr_norm(dim));
}

torch::Tensor RfDetrDecoderLayerImpl::forward(torch::Tensor x, const torch::Tensor& positions,
                                              const torch::Tensor& boxes,
                                              const DecoderMemory& memory, std::int64_t groups) {
  x = norm1(x + self_attn(x, positions, groups));
  x = norm2(x + cross_attn(x + positions, boxes, memory.tokens, memory.grid));
  return norm3(x + linear2(at::relu(linear1(x))));
}

RfDetrDecoderImpl::RfDetrDecoderImpl(const RfDetrOptions& options_) : options(options_) { reset(); }

void RfDetrDecoderImpl::reset() {
  const std::int64_t dim = options.hidden_dim;
  layers = register_module("layers", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < options.dec_layers; ++i)
    layers->push_back(RfDetrDecoderLayer(options));
  norm = register_module("norm", rf_detr_norm(dim));
  ref_point_head =
      register_module("ref_point_head", DetrMlp(std::vector<std::int64_t>{2 * dim, dim, dim}));
}

std::vector<torch::Tensor> RfDetrDecoderImpl::forward(torch::Tensor x, const torch::Tensor& boxes,
                                                      const DecoderMemory& memory,
                                                      std::int64_t groups) {
  const torch::Tensor encoded = box_encoding(boxes, options.hidden_dim / 2);
  const torch::Tensor positions = ref_point_head(encoded.to(x.scalar_type()));
  std::vector<torch::Tensor> outputs;
  for (std::size_t i = 0; i < layers->size(); ++i) {
    x = layers->at<RfDetrDecoderLayerImpl>(i).forward(x, positions, boxes, memory, groups);
    outputs.push_back(norm(x));
  }
  return outputs;
}

}  // namespace vit
