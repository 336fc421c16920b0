#include "vit/nn/mlp.h"

#include "vit/core/error.h"
#include "vit/kernels/linear.h"
#include "vit/nn/dropout.h"

namespace vit {

MlpKind mlp_kind(std::string_view name) {
  if (name == "mlp") return MlpKind::mlp;
  if (name == "swiglu") return MlpKind::swiglu;
  if (name == "swiglu_packed") return MlpKind::swiglu_packed;
  throw Error(ErrorKind::usage, "model.mlp_layer", str("unknown MLP `", name, "`"),
              "use mlp, swiglu or swiglu_packed");
}

MlpOptions resolved(MlpOptions options) {
  if (const std::int64_t step = options.align_to; step > 0)
    options.hidden_features = (options.hidden_features + step - 1) / step * step;
  return options;
}

MlpImpl::MlpImpl(const MlpOptions& options_) : options(resolved(options_)) {
  if (options.kind == MlpKind::swiglu_packed && options.hidden_features % 2 != 0)
    throw Error(
        ErrorKind::usage, "Mlp",
        str("a packed SwiGLU has two halves, and its width ", options.hidden_features, " is odd"),
        "set model.mlp_ratio so that embed_dim * mlp_ratio is even");
  reset();
}

void MlpImpl::reset() {
  const std::int64_t width = options.hidden_features;
  const std::int64_t inner = options.kind == MlpKind::swiglu_packed ? width / 2 : width;
  const auto first = [&](const char* name) {
    return register_module(name, Linear(LinearOptions{options.in_features, width, options.bias}));
  };
  if (options.kind == MlpKind::swiglu) {
    fc1_g = first("fc1_g");
    fc1_x = first("fc1_x");
  } else {
    fc1 = first("fc1");
  }
  if (options.scale_norm) {
    NormOptions of_inner = options.norm;
    of_inner.dim = inner;
    norm = register_module("norm", Norm(of_inner));
  }
  fc2 = register_module("fc2", Linear(LinearOptions{inner, options.in_features, options.bias}));
}

torch::Tensor MlpImpl::hidden(const torch::Tensor& x) {
  switch (options.kind) {
    case MlpKind::mlp: return activate(fc1(x), options.act);
    case MlpKind::swiglu: return activate(fc1_g(x), Activation::silu) * fc1_x(x);
    case MlpKind::swiglu_packed: {
      const auto halves = fc1(x).chunk(2, -1);
      return activate(halves[0], Activation::silu) * halves[1];
    }
  }
  VIT_ASSERT(false);
  return x;
}

bool MlpImpl::fused(const torch::Tensor& x) const {
  return options.kind == MlpKind::mlp && options.act == Activation::gelu && options.bias &&
         !options.scale_norm && (!is_training() || options.drop == 0) && !fc1->lora_a.defined() &&
         !fc2->lora_a.defined() && kernels::fused_linear_applies(x, fc1->weight) &&
         fc2->weight.size(0) % 32 == 0;
}

torch::Tensor MlpImpl::forward(const torch::Tensor& x) {
  if (fused(x)) return kernels::fused_mlp(x, fc1->weight, fc1->bias, fc2->weight, fc2->bias);
  torch::Tensor inner = vit::dropout(hidden(x), options.drop, is_training());  // [B, N, inner]
  if (norm) inner = norm(inner);
  return vit::dropout(fc2(inner), options.drop, is_training());  // [B, N, D]
}

}  // namespace vit
