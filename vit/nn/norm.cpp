#include "vit/nn/norm.h"

#include <ATen/ops/layer_norm.h>
#include <ATen/ops/rms_norm.h>

#include "vit/core/error.h"
#include "vit/kernels/norm.h"

namespace vit {

NormKind norm_kind(std::string_view name) {
  if (name == "layernorm") return NormKind::layer;
  if (name == "rmsnorm") return NormKind::rms;
  throw Error(ErrorKind::usage, "model.norm_layer", str("unknown norm `", name, "`"),
              "use layernorm or rmsnorm");
}

NormImpl::NormImpl(const NormOptions& options_) : options(options_) { reset(); }

void NormImpl::reset() {
  weight = register_parameter("weight", torch::ones({options.dim}));
  const bool biased = options.kind == NormKind::layer;
  bias = register_parameter("bias", biased ? torch::zeros({options.dim}) : torch::Tensor(),
                            /*requires_grad=*/biased);
}

torch::Tensor NormImpl::forward(const torch::Tensor& x) {
  if (options.kind == NormKind::rms) return at::rms_norm(x, {options.dim}, weight, options.eps);
  if (kernels::fused_norm_applies(x))
    return kernels::fused_layer_norm(x, weight, bias, options.eps);
  return at::layer_norm(x, {options.dim}, weight, bias, options.eps);
}

NormImpl::Sum NormImpl::of_sum(const torch::Tensor& x, const ResidualBranch& branch) {
  if (options.kind == NormKind::layer && x.sizes() == branch.value.sizes() &&
      kernels::fused_norm_applies(x)) {
    auto [sum, normed] = kernels::fused_add_layer_norm(x, branch, weight, bias, options.eps);
    return {sum, normed};
  }
  const torch::Tensor sum = add(x, branch);
  return {sum, forward(sum)};
}

void NormImpl::pretty_print(std::ostream& out) const {
  out << "vit::Norm(" << (options.kind == NormKind::rms ? "rms, " : "") << options.dim
      << ", eps=" << options.eps << ")";
}

}  // namespace vit
