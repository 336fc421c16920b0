#pragma once

#include <c10/core/Device.h>
#include <torch/types.h>

#include <string>
#include <vector>

#include "vit/kernels/packed_weights.h"
#include "vit/train/autocast.h"

namespace vit {

/// What forward passes for prediction can be computed in, and auto (see chosen_type).
[[nodiscard]] const std::vector<std::string>& prediction_dtypes();

/// While the object lives, this thread's forward passes are for prediction: no gradients, each
/// weight packed once, so that none may change; and in `dtype`: fp32, or bf16 or fp16 as by
/// Autocast, or int8: matrix products of fused linear layers with weights rounded to 8 bits for
/// each output channel and activations for each token, the rest in bf16 where this CPU computes
/// fast in it, else in fp32.
class PredictionScope {
 public:
  /// `dtype` is not auto. Throws Error (usage) for int8 on another device than the CPU, and on
  /// CPUs on which it would be slower than fp32.
  PredictionScope(c10::Device device, const std::string& dtype);

  /// To be called after a forward pass: throws Error (usage) where int8 was asked for and no layer
  /// was computed in it.
  void check() const;

 private:
  bool int8_;
  torch::NoGradGuard no_grad_;
  kernels::FrozenWeights frozen_;
  Autocast autocast_;
};

}  // namespace vit
