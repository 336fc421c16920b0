#include "vit/nn/mlp.h"

#include <ATen/ops/gelu.h>

#include "vit/nn/dropout.h"

namespace vit {

MlpImpl::MlpImpl(const MlpOptions& options_) : options(options_) { reset(); }

void MlpImpl::reset() {
  fc1 = register_module("fc1", Linear(LinearOptions{options.in_features, options.hidden_features}));
  fc2 = register_module("fc2", Linear(LinearOptions{options.hidden_features, options.in_features}));
}

torch::Tensor MlpImpl::forward(const torch::Tensor& x) {
  const torch::Tensor hidden =
      vit::dropout(at::gelu(fc1(x)), options.drop, is_training());  // [B, N, hidden]
  return vit::dropout(fc2(hidden), options.drop, is_training());    // [B, N, D]
}

}  // namespace vit
