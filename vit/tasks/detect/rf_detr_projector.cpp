#include "vit/tasks/detect/rf_detr_projector.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/silu.h>

#include "vit/core/error.h"

namespace vit {

ConvNormImpl::ConvNormImpl(const ConvNormOptions& options_) : options(options_) { reset(); }

void ConvNormImpl::reset() {
  conv = register_module("conv", Conv2d(Conv2dOptions{.in_channels = options.in_channels,
                                                      .out_channels = options.out_channels,
                                                      .kernel_size = options.kernel_size,
                                                      .padding = options.kernel_size / 2,
                                                      .bias = false}));
  bn = register_module("bn", LayerNorm2d(LayerNorm2dOptions{options.out_channels, options.eps}));
}

torch::Tensor ConvNormImpl::forward(const torch::Tensor& x) { return at::silu(bn(conv(x))); }

BottleneckImpl::BottleneckImpl(std::int64_t channels_, double eps_)
    : channels(channels_), eps(eps_) {
  reset();
}

void BottleneckImpl::reset() {
  const ConvNormOptions conv{channels, channels, 3, eps};
  cv1 = register_module("cv1", ConvNorm(conv));
  cv2 = register_module("cv2", ConvNorm(conv));
}

C2fImpl::C2fImpl(const C2fOptions& options_) : options(options_) { reset(); }

void C2fImpl::reset() {
  const std::int64_t half = options.out_channels / 2;
  const auto conv = [&](std::int64_t in, std::int64_t out) {
    return ConvNorm(ConvNormOptions{in, out, 1, options.eps});
  };
  cv1 = register_module("cv1", conv(options.in_channels, 2 * half));
  cv2 = register_module("cv2", conv((2 + options.blocks) * half, options.out_channels));
  m = register_module("m", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < options.blocks; ++i) m->push_back(Bottleneck(half, options.eps));
}

torch::Tensor C2fImpl::forward(const torch::Tensor& x) {
  std::vector<torch::Tensor> parts = cv1(x).chunk(2, 1);
  for (std::size_t i = 0; i < m->size(); ++i)
    parts.push_back(m->at<BottleneckImpl>(i).forward(parts.back()));
  return cv2(at::cat(parts, 1));
}

RfDetrProjectorImpl::RfDetrProjectorImpl(const C2fOptions& options_) : options(options_) {
  reset();
}

void RfDetrProjectorImpl::reset() {
  stages = register_module("stages", torch::nn::ModuleList());
  stages->push_back(
      torch::nn::ModuleList(C2f(options), LayerNorm2d(LayerNorm2dOptions{options.out_channels})));
}

torch::Tensor RfDetrProjectorImpl::forward(const torch::Tensor& features) {
  if (features.dim() != 4 || features.size(1) != options.in_channels)
    throw Error(
        ErrorKind::usage, "RfDetrProjector",
        vit::str("expected features [B, ", options.in_channels, ", h, w], got ", features.sizes()));
  auto& stage = stages->at<torch::nn::ModuleListImpl>(0);
  return stage.at<LayerNorm2dImpl>(1).forward(stage.at<C2fImpl>(0).forward(features));
}

}  // namespace vit
