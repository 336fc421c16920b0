#include "vit/nn/linear.h"

#include <ATen/ops/linear.h>

#include "vit/core/error.h"
#include "vit/kernels/linear.h"
#include "vit/nn/initial_weights.h"

namespace vit {

LinearImpl::LinearImpl(const LinearOptions& options_) : options(options_) { reset(); }

void LinearImpl::reset() {
  weight = register_parameter("weight", torch::empty({options.out_features, options.in_features}));
  bias = register_parameter("bias",
                            options.bias ? torch::empty({options.out_features}) : torch::Tensor(),
                            /*requires_grad=*/options.bias);
  start_linear(weight, bias);
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x) { return forward_with_bias(x, bias); }

torch::Tensor LinearImpl::forward_with_bias(const torch::Tensor& x, const torch::Tensor& other) {
  const torch::Tensor y = other.defined() && kernels::fused_linear_applies(x, weight)
                              ? kernels::fused_linear(x, weight, other)
                              : at::linear(x, weight, other);
  return lora_a.defined() ? y + at::linear(at::linear(x, lora_a), lora_b) * lora_scale : y;
}

void LinearImpl::remove_lora() {
  if (!lora_a.defined()) return;
  parameters_.erase("lora_a");
  parameters_.erase("lora_b");
  lora_a = lora_b = torch::Tensor();
}

void LinearImpl::pretty_print(std::ostream& out) const {
  out << "vit::Linear(" << options.in_features << " -> " << options.out_features
      << (options.bias ? "" : ", no bias") << ")";
}

}  // namespace vit
