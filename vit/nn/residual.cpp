#include "vit/nn/residual.h"

#include "vit/kernels/norm.h"
#include "vit/nn/dropout.h"

namespace vit {

ResidualBranch residual_branch(const torch::Tensor& value, const torch::Tensor& gamma,
                               double drop_path, bool training) {
  return {value, gamma, drop_path_factors(value, drop_path, training)};
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
