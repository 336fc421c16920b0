#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "vit/core/fields.h"
#include "vit/nn/linear.h"

namespace vit {

struct DinoHeadOptions {
  std::int64_t out_dim = 4096;
  std::int64_t hidden_dim = 2048;
  std::int64_t bottleneck_dim = 256;
  std::int64_t nlayers = 3;
  bool use_bn = false;
  bool norm_last_layer = true;
  std::int64_t in_dim = 0;  ///< of the backbone's features
};
/// What a user sets of it.
void describe(FieldVisitor& visitor, DinoHeadOptions& options);

/// A linear layer without bias whose rows have the length `weight_g` and the direction `weight_v`
/// (Salimans and Kingma 2016): x [..., in] -> [..., out].
class WeightNormLinearImpl : public torch::nn::Cloneable<WeightNormLinearImpl> {
 public:
  WeightNormLinearImpl(std::int64_t in, std::int64_t out);
  void reset() override;
  /// `learns`: whether gradients reach the weights.
  torch::Tensor forward(const torch::Tensor& x, bool learns = true);

  torch::Tensor weight_g;  ///< [out, 1]
  torch::Tensor weight_v;  ///< [out, in]

 private:
  std::int64_t in_, out_;
};
TORCH_MODULE(WeightNormLinear);

/// DINO's projection head (Caron et al. 2021, section 3.1 and appendix), the same in DINOv2: an MLP
/// with GELU, its bottleneck at length 1, and similarities with the prototypes; with the names of
/// its repository, `mlp.0`, `mlp.2` … and `last_layer`. x [B, in_dim] -> [B, out_dim].
///
/// Linear layers start normal with deviation 0.02, cut at 2; prototypes of length 1, which stay so
/// where norm_last_layer.
class DinoHeadImpl : public torch::nn::Cloneable<DinoHeadImpl> {
 public:
  explicit DinoHeadImpl(const DinoHeadOptions& options);
  void reset() override;
  void init_weights(std::uint64_t seed);
  torch::Tensor forward(const torch::Tensor& x, bool last_layer_learns = true);

  DinoHeadOptions options;
  std::vector<Linear> layers;                 ///< of `mlp`
  std::vector<torch::nn::BatchNorm1d> norms;  ///< behind each but the last, with use_bn
  WeightNormLinear last_layer{nullptr};
};
TORCH_MODULE(DinoHead);

}  // namespace vit
