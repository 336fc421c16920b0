#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <string_view>

#include "vit/nn/activation.h"
#include "vit/nn/linear.h"
#include "vit/nn/norm.h"

namespace vit {

enum class MlpKind {
  mlp,            ///< fc2(act(fc1(x))) (Dosovitskiy et al. 2021, section 3.1)
  swiglu,         ///< fc2(SiLU(fc1_g(x)) * fc1_x(x)) (Shazeer 2020)
  swiglu_packed,  ///< the same with both halves in one fc1, the gate first: DINOv2's giant
};
/// By name. Throws Error (usage).
[[nodiscard]] MlpKind mlp_kind(std::string_view name);

struct MlpOptions {
  std::int64_t in_features = 0;
  std::int64_t hidden_features = 0;  ///< rows of fc1: twice the inner width where it is packed
  std::int64_t align_to = 0;         ///< hidden_features is rounded up to a multiple; 0: not
  MlpKind kind = MlpKind::mlp;
  Activation act = Activation::gelu;
  bool bias = true;
  bool scale_norm = false;  ///< a norm of the inner features: EVA-02
  NormOptions norm{};       ///< its kind
  double drop = 0.0;
};
/// The same with hidden_features as align_to makes it.
[[nodiscard]] MlpOptions resolved(MlpOptions options);

/// The feed-forward half of an encoder block. x [B, N, D] -> [B, N, D].
class MlpImpl : public torch::nn::Cloneable<MlpImpl> {
 public:
  explicit MlpImpl(const MlpOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  MlpOptions options;
  Linear fc1{nullptr};                    ///< not for swiglu
  Linear fc1_g{nullptr}, fc1_x{nullptr};  ///< swiglu only
  Norm norm{nullptr};
  Linear fc2{nullptr};

 private:
  torch::Tensor hidden(const torch::Tensor& x);
  /// Whether one kernel does all of this for x.
  [[nodiscard]] bool fused(const torch::Tensor& x) const;
};
TORCH_MODULE(Mlp);

}  // namespace vit
