#pragma once

#include "vit/augment/leveled_op.h"
#include "vit/augment/op.h"

namespace vit {

/// One operation of RandAugment by itself: `shear_x: {m: 5, p: 0.5}`. Its effect grows with the
/// magnitude; signs are drawn.
class SingleOp final : public AugmentOp {
 public:
  /// `name` is that of the configuration, `op` that of find_leveled_op.
  SingleOp(std::string_view name, std::string_view op) : name_(name), op_(op) {}
  void apply(Sample& sample, Rng& rng) const override;
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<SingleOp>(*this);
  }

  double m = 10, p = 0.5, mstd = 0;
  std::optional<std::string> interpolation;

 private:
  std::string_view name_, op_;
  StepOptions step_;
};

}  // namespace vit
