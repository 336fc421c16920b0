#pragma once

#include "vit/augment/op.h"

namespace vit {

/// Mirrors left and right with probability p.
class HorizontalFlip final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "hflip"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<HorizontalFlip>(*this);
  }

  double p = 0.5;
};

/// Mirrors top and bottom with probability p.
class VerticalFlip final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "vflip"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<VerticalFlip>(*this);
  }

  double p = 0.5;
};

}  // namespace vit
