#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "vit/core/rng.h"

namespace vit {

/// Where the modules that are made on this thread get their initial weights from, while the object
/// lives. Each parameter is drawn from a sequence of its own of the seed, in the order in which the
/// modules are made; LibTorch's global generator is not asked. Where no object lives, weights are
/// drawn as by one with seed 0 that lives as long as the thread does.
///
/// What is drawn, each module's description says; `ImageModel::init_weights` draws those of a whole
/// model anew, as its paper does.
class InitialWeights {
 public:
  explicit InitialWeights(std::uint64_t seed);
  /// Modules leave their weights unset: for who sets all of them afterwards, by init_weights or
  /// from a file, and does not want to wait for them twice.
  [[nodiscard]] static InitialWeights unset();
  ~InitialWeights();
  InitialWeights(const InitialWeights&) = delete;
  InitialWeights& operator=(const InitialWeights&) = delete;

  /// The generator of the next parameter; none where weights stay unset.
  [[nodiscard]] static std::optional<Rng> next();

 private:
  explicit InitialWeights(std::optional<std::uint64_t> seed);

  std::optional<std::uint64_t> seed_;
  std::uint64_t drawn_ = 0;
  InitialWeights* outer_;
};

/// Of a layer that is made by itself; each of them does nothing where weights are to stay unset.
/// A linear layer's: normal with deviation 0.02, cut at 2 (timm's ViT); bias [out], where there is
/// one, 0.
void start_linear(const torch::Tensor& weight, const torch::Tensor& bias);
/// A convolution's: weight and bias uniform within 1 / sqrt(inputs of an output), as torch.nn's.
void start_convolution(const torch::Tensor& weight, const torch::Tensor& bias);
/// A learned token's or encoding's: normal with this deviation, cut at 2 of them.
void start_token(const torch::Tensor& token, double std);

/// Makes the parts of a whole model and then draws its weights by its own init, once: what a
/// model's constructor does.
template <class Model>
void reset_whole(Model& model) {
  {
    const InitialWeights unset = InitialWeights::unset();
    model.reset();
  }
  if (std::optional<Rng> rng = InitialWeights::next()) model.init_weights(rng->u64());
}

}  // namespace vit
