#include "vit/nn/conv.h"

#include <ATen/ops/conv2d.h>

#include "vit/core/error.h"
#include "vit/nn/initial_weights.h"

namespace vit {

Conv2dImpl::Conv2dImpl(const Conv2dOptions& options_) : options(options_) {
  VIT_ASSERT(
      options.in_channels % options.groups == 0 && options.out_channels % options.groups == 0,
      options.in_channels, " -> ", options.out_channels, " in ", options.groups, " groups");
  reset();
}

void Conv2dImpl::reset() {
  weight = register_parameter(
      "weight", torch::empty({options.out_channels, options.in_channels / options.groups,
                              options.kernel_size, options.kernel_size}));
  bias = register_parameter("bias",
                            options.bias ? torch::empty({options.out_channels}) : torch::Tensor(),
                            /*requires_grad=*/options.bias);
  start_convolution(weight, bias);
}

torch::Tensor Conv2dImpl::forward(const torch::Tensor& x) {
  return at::conv2d(x, weight, bias, options.stride, options.padding, /*dilation=*/1,
                    options.groups);
}

std::int64_t Conv2dImpl::output_size(std::int64_t input) const {
  const std::int64_t room = input + 2 * options.padding - options.kernel_size;
  return room < 0 ? 0 : room / options.stride + 1;
}

void Conv2dImpl::pretty_print(std::ostream& out) const {
  out << "vit::Conv2d(" << options.in_channels << " -> " << options.out_channels << ", kernel "
      << options.kernel_size << ", stride " << options.stride << ", padding " << options.padding
      << (options.groups > 1 ? ", groups " + std::to_string(options.groups) : "")
      << (options.bias ? "" : ", no bias") << ")";
}

}  // namespace vit
