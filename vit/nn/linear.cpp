#include "vit/nn/linear.h"

#include <ATen/ops/linear.h>

#include "vit/core/error.h"

namespace vit {

LinearImpl::LinearImpl(const LinearOptions& options_) : options(options_) { reset(); }

void LinearImpl::reset() {
  weight = register_parameter("weight", torch::empty({options.out_features, options.in_features}));
  bias = register_parameter("bias",
                            options.bias ? torch::empty({options.out_features}) : torch::Tensor(),
                            /*requires_grad=*/options.bias);
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x) { return at::linear(x, weight, bias); }

void LinearImpl::pretty_print(std::ostream& out) const {
  out << "vit::Linear(" << options.in_features << " -> " << options.out_features
      << (options.bias ? "" : ", no bias") << ")";
}

}  // namespace vit
