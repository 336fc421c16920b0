#include "vit/nn/residual.h"

#include <ATen/ops/result_type.h>

#include "vit/kernels/norm.h"
#include "vit/nn/dropout.h"

namespace vit {

ResidualBranch residual_branch(const torch::Tensor& value, const torch::Tensor& gamma,
                               double drop_path, bool training) {
  // In bf16, 1 / (1 - drop_path) is rounded: with a gamma the branch is float32, and so are these.
  const auto type = gamma.defined() ? at::result_type(value, gamma) : value.scalar_type();
  return {value, gamma, drop_path_factors(value, type, drop_path, training)};
}

torch::Tensor scaled(const ResidualBranch& branch) {
  const torch::Tensor& value = branch.value;
  return times_samples(branch.channels.defined() ? value * branch.channels : value, branch.samples);
}

torch::Tensor add(const torch::Tensor& x, const ResidualBranch& branch) {
  if (x.sizes() == branch.value.sizes() && kernels::fused_norm_applies(x))
    return kernels::fused_add(x, branch);
  return x + scaled(branch);
}

}  // namespace vit
