#pragma once

#include "vit/augment/op.h"

namespace vit {

/// Leaves only the luma, with probability p (torchvision's RandomGrayscale).
class Grayscale final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "grayscale"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<Grayscale>(*this);
  }

  double p = 0.1;
};

}  // namespace vit
