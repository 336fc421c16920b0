#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <string_view>

#include "vit/nn/residual.h"

namespace vit {

enum class NormKind {
  layer,  ///< LayerNorm (Ba et al. 2016): mean 0, variance 1, then weight and bias
  rms,    ///< RMSNorm (Zhang and Sennrich 2019): mean square 1, then weight
};
/// `layernorm` or `rmsnorm`, as timm's norm_layer. Throws Error (usage).
[[nodiscard]] NormKind norm_kind(std::string_view name);

struct NormOptions {
  std::int64_t dim = 0;
  NormKind kind = NormKind::layer;
  double eps = 1e-6;  ///< timm's; LibTorch's default is 1e-5
};

/// Normalises the last axis. x [..., dim] -> [..., dim].
class NormImpl : public torch::nn::Cloneable<NormImpl> {
 public:
  explicit NormImpl(const NormOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);
  struct Sum {
    torch::Tensor sum, normed;
  };
  /// x + branch, and its norm: a residual connection and what follows it, in one kernel where there
  /// is one.
  Sum of_sum(const torch::Tensor& x, const ResidualBranch& branch);
  void pretty_print(std::ostream& out) const override;

  NormOptions options;
  torch::Tensor weight;  ///< [dim]
  torch::Tensor bias;    ///< [dim], undefined for RMSNorm
};
TORCH_MODULE(Norm);

}  // namespace vit
