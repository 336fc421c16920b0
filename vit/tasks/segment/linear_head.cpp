#include "vit/tasks/segment/linear_head.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>

#include "vit/core/error.h"
#include "vit/models/resnet_block.h"
#include "vit/nn/dropout.h"
#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"

namespace vit {
namespace {

void check_features(const std::vector<torch::Tensor>& features, std::int64_t in_channels) {
  std::int64_t channels = 0;
  for (const torch::Tensor& layer : features) {
    if (layer.dim() != 4 || layer.size(0) != features[0].size(0) ||
        layer.sizes().slice(2) != features[0].sizes().slice(2))
      throw Error(ErrorKind::usage, "LinearSegHead",
                  vit::str("expected features [B, D, h, w] of one grid, got ", layer.sizes(),
                           " beside ", features[0].sizes()));
    channels += layer.size(1);
  }
  if (channels != in_channels)
    throw Error(ErrorKind::usage, "LinearSegHead",
                vit::str("expected ", in_channels, " channels over all layers, got ", channels));
}

/// Whole channels are dropped: neighbouring pixels know each other's values.
torch::Tensor dropout_channels(const torch::Tensor& x, double rate, bool training) {
  if (!training || rate == 0) return x;
  return x * vit::dropout(at::ones({x.size(0), x.size(1), 1, 1}, x.options()), rate, training);
}

}  // namespace

void describe(FieldVisitor& visitor, LinearSegHeadOptions& o) {
  visitor.field({"dropout", &o.dropout, "share of the channels that a step drops", kProbability});
}

LinearSegHeadImpl::LinearSegHeadImpl(const LinearSegHeadOptions& options_) : options(options_) {
  reset_whole(*this);
}

void LinearSegHeadImpl::reset() {
  bn = register_module("bn", torch::nn::BatchNorm2d(options.in_channels));
  conv_seg =
      register_module("conv_seg", Conv2d(Conv2dOptions{.in_channels = options.in_channels,
                                                       .out_channels = options.num_classes}));
}

void LinearSegHeadImpl::init_weights(std::uint64_t seed) {
  constexpr double kDeviation = 0.01;
  init::normal(conv_seg->weight, kDeviation, Rng(seed, Stream::init));
  init::constant(conv_seg->bias, 0);
  bn->reset_parameters();  // 1 and 0, and the running statistics
}

torch::Tensor LinearSegHeadImpl::forward(const std::vector<torch::Tensor>& features) {
  check_features(features, options.in_channels);
  const torch::Tensor joined = features.size() == 1 ? features[0] : at::cat(features, 1);
  const torch::Tensor normed = batch_norm(bn, joined);
  return conv_seg(dropout_channels(normed, options.dropout, is_training()));
}

}  // namespace vit
