#pragma once

#include "vit/augment/op.h"

namespace vit {

/// 3-Augment (Touvron et al. 2022, DeiT III, section 3.2): one of grey, solarisation and Gaussian
/// blur for each picture, then colour jitter of this strength.
class ThreeAugment final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "three_augment"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<ThreeAugment>(*this);
  }

  double color_jitter = 0.3;
};

}  // namespace vit
