#pragma once

#include "vit/augment/op.h"

namespace vit {

/// torchvision's ColorJitter with timm's default strengths: brightness, contrast and saturation by
/// a factor from max(0, 1 - x) to 1 + x, hue by up to x of the circle, in a drawn order.
class ColorJitter final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "color_jitter"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<ColorJitter>(*this);
  }

  double brightness = 0.4, contrast = 0.4, saturation = 0.4, hue = 0;
  double p = 1;
};

}  // namespace vit
