#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

/// What a resumed run needs of a GradScaler.
struct GradScalerState {
  double scale = 65536.0;
  std::int64_t good_updates = 0;  ///< since the scale last changed
  friend bool operator==(const GradScalerState&, const GradScalerState&) = default;
};

/// Keeps gradients in the range of float16 (Micikevicius et al. 2018, section 3.2), as
/// torch.amp.GradScaler: the loss is multiplied by a scale that halves when a gradient overflows,
/// and doubles after 2000 good updates. Does nothing unless enabled.
class GradScaler {
 public:
  /// `state` outlives the object and is kept up to date.
  GradScaler(bool enabled, GradScalerState& state) : enabled_(enabled), state_(state) {}

  [[nodiscard]] bool enabled() const { return enabled_; }
  [[nodiscard]] torch::Tensor scale(const torch::Tensor& loss) const {
    return enabled_ ? loss * state_.scale : loss;
  }
  /// Divides the gradients by the scale and adapts it. False where a gradient has overflowed: the
  /// update is to be left out.
  [[nodiscard]] bool unscale(const std::vector<torch::Tensor>& parameters);

 private:
  bool enabled_;
  GradScalerState& state_;
};

}  // namespace vit
