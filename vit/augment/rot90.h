#pragma once

#include "vit/augment/op.h"

namespace vit {

/// Turns by one, two or three quarters, each as likely, with probability p: by default each of the
/// four positions is as likely. For images without an up and a down, such as those from above.
class Rot90 final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "rot90"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<Rot90>(*this);
  }

  double p = 0.75;
};

}  // namespace vit
