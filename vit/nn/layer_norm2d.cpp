#include "vit/nn/layer_norm2d.h"

#include <ATen/ops/layer_norm.h>

namespace vit {

LayerNorm2dImpl::LayerNorm2dImpl(const LayerNorm2dOptions& options_) : options(options_) {
  reset();
}

void LayerNorm2dImpl::reset() {
  weight = register_parameter("weight", torch::ones({options.channels}));
  bias = register_parameter("bias", torch::zeros({options.channels}));
}

torch::Tensor LayerNorm2dImpl::forward(const torch::Tensor& x) {
  return at::layer_norm(x.permute({0, 2, 3, 1}), {options.channels}, weight, bias, options.eps)
      .permute({0, 3, 1, 2});  // [B, H, W, C] -> [B, C, H, W]
}

}  // namespace vit
