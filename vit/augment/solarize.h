#pragma once

#include "vit/augment/op.h"

namespace vit {

/// Inverts all samples from `threshold` on, with probability p (torchvision's RandomSolarize).
class Solarize final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "solarize"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<Solarize>(*this);
  }

  double p = 0.5;
  double threshold = 128;
};

}  // namespace vit
