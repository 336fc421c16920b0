#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace vit {

struct LayerScaleOptions {
  std::int64_t dim = 0;
  double init_values = 1e-5;
};

/// A learned factor for each channel of a residual branch (Touvron et al. 2021, CaiT, section 2.1).
/// x [..., dim] -> [..., dim].
class LayerScaleImpl : public torch::nn::Cloneable<LayerScaleImpl> {
 public:
  explicit LayerScaleImpl(const LayerScaleOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x) { return x * gamma; }

  LayerScaleOptions options;
  torch::Tensor gamma;  ///< [dim]
};
TORCH_MODULE(LayerScale);

}  // namespace vit
