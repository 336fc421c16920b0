#pragma once

#include <optional>
#include <string>

#include "vit/augment/leveled_op.h"
#include "vit/augment/op.h"

namespace vit {

/// AutoAugment (Cubuk et al. 2019): one of a policy's pairs of operations for each picture.
class AutoAugment final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "auto_augment"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<AutoAugment>(*this);
  }

  std::string policy = "original";
  double mstd = 0;
  std::optional<std::string> interpolation;

 private:
  StepOptions step_;
};

}  // namespace vit
