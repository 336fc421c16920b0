#include "vit/nn/activation.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>

#include "vit/core/error.h"

namespace vit {

Activation activation(std::string_view name) {
  if (name == "gelu") return Activation::gelu;
  if (name == "gelu_tanh") return Activation::gelu_tanh;
  if (name == "quick_gelu") return Activation::quick_gelu;
  if (name == "silu") return Activation::silu;
  if (name == "relu") return Activation::relu;
  throw Error(ErrorKind::usage, "model.act_layer", str("unknown activation `", name, "`"),
              "use gelu, gelu_tanh, quick_gelu, silu or relu");
}

torch::Tensor activate(const torch::Tensor& x, Activation kind) {
  switch (kind) {
    case Activation::gelu: return at::gelu(x);
    case Activation::gelu_tanh: return at::gelu(x, "tanh");
    case Activation::quick_gelu: return x * at::sigmoid(1.702 * x);
    case Activation::silu: return at::silu(x);
    case Activation::relu: return at::relu(x);
  }
  VIT_ASSERT(false);
  return x;
}

}  // namespace vit
