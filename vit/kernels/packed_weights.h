#pragma once

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "vit/kernels/quantized_weight.h"

namespace vit::kernels {

/// Which way round a weight [out, in] is packed: W^T for the forward pass, W for the gradient of
/// the input.
enum class Packing { forward, backward };

/// The weight (float32, contiguous, widths multiples of 32) as a packed right operand in `type`:
/// kept where a FrozenWeights lives, else made anew.
[[nodiscard]] torch::Tensor packed_weight(const torch::Tensor& weight, torch::ScalarType type,
                                          Packing packing);

/// A weight [out, in] rounded to 8 bits, with a scale for each output channel.
struct Int8Weight {
  torch::Tensor packed, scales, offsets;
  [[nodiscard]] QuantizedWeight operand() const;
};

/// How fused linear layers multiply while weights are frozen.
enum class Products {
  exact,  ///< in the type of the activations
  int8,   ///< of weights and activations that are rounded to 8 bits
};

/// While one lives, this thread packs each weight for the forward pass once and keeps it: for
/// prediction. No weight may change meanwhile. (A tensor's version would not tell: fused optimizers
/// need not raise it.)
class FrozenWeights {
 public:
  explicit FrozenWeights(Products products = Products::exact);
  ~FrozenWeights();
  FrozenWeights(const FrozenWeights&) = delete;
  FrozenWeights& operator=(const FrozenWeights&) = delete;

  /// How many layers have been computed with 8-bit numbers.
  [[nodiscard]] std::size_t int8_layers() const { return int8_.size(); }

 private:
  friend torch::Tensor packed_weight(const torch::Tensor&, torch::ScalarType, Packing);
  friend std::optional<Int8Weight> int8_weight(const torch::Tensor&);
  torch::Tensor get(const torch::Tensor& weight, torch::ScalarType type);

  struct Entry {
    torch::Tensor weight;  // held, so that no other gets its memory
    torch::Tensor packed;
  };
  struct Int8Entry {
    torch::Tensor weight;
    Int8Weight quantized;
  };
  Products products_;
  std::map<std::pair<const void*, torch::ScalarType>, Entry> entries_;
  std::map<const void*, Int8Entry> int8_;
  FrozenWeights* outer_;
};

/// The weight in 8 bits, where that is wanted: within a FrozenWeights for int8, without gradients.
[[nodiscard]] std::optional<Int8Weight> int8_weight(const torch::Tensor& weight);

}  // namespace vit::kernels
