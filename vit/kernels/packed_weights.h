#pragma once

#include <torch/types.h>

#include <map>
#include <utility>

namespace vit::kernels {

/// Which way round a weight [out, in] is packed: W^T for the forward pass, W for the gradient of
/// the input.
enum class Packing { forward, backward };

/// The weight (float32, contiguous, widths multiples of 32) as a packed right operand in `type`:
/// kept where a FrozenWeights lives, else made anew.
[[nodiscard]] torch::Tensor packed_weight(const torch::Tensor& weight, torch::ScalarType type,
                                          Packing packing);

/// While one lives, this thread packs each weight for the forward pass once and keeps it: for
/// prediction. No weight may change meanwhile. (A tensor's version would not tell: fused optimizers
/// need not raise it.)
class FrozenWeights {
 public:
  FrozenWeights();
  ~FrozenWeights();
  FrozenWeights(const FrozenWeights&) = delete;
  FrozenWeights& operator=(const FrozenWeights&) = delete;

 private:
  friend torch::Tensor packed_weight(const torch::Tensor&, torch::ScalarType, Packing);
  torch::Tensor get(const torch::Tensor& weight, torch::ScalarType type);

  struct Entry {
    torch::Tensor weight;  // held, so that no other gets its memory
    torch::Tensor packed;
  };
  std::map<std::pair<const void*, torch::ScalarType>, Entry> entries_;
  FrozenWeights* outer_;
};

}  // namespace vit::kernels
