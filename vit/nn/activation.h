#pragma once

#include <torch/types.h>

#include <string_view>

namespace vit {

enum class Activation {
  gelu,        ///< x Φ(x), exact (Hendrycks and Gimpel 2016)
  gelu_tanh,   ///< its tanh approximation: SigLIP, Google's code
  quick_gelu,  ///< x σ(1.702 x): OpenAI's CLIP
  silu,        ///< x σ(x)
  relu,
};
/// By timm's name. Throws Error (usage).
[[nodiscard]] Activation activation(std::string_view name);

[[nodiscard]] torch::Tensor activate(const torch::Tensor& x, Activation kind);

}  // namespace vit
