#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vit/augment/leveled_op.h"
#include "vit/augment/op.h"

namespace vit {

/// RandAugment (Cubuk et al. 2020) as timm does it: `n` operations drawn from a list, each applied
/// with probability `p` at magnitude `m`.
class RandAugment final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "rand_augment"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<RandAugment>(*this);
  }

  std::int64_t n = 2;
  double m = 10;
  double p = 0.5;
  double mstd = 0;  ///< above 100: uniform
  double mmax = 10;
  bool inc = false;       ///< operations whose effect grows with the magnitude
  std::string t = "all";  ///< which operations: all, 3a, or weighted (3aw, weights)
  std::optional<std::string> interpolation;

 private:
  StepOptions step_;
};

/// An operation of RandAugment's list and how often it is drawn, relative to the others.
struct WeightedOp {
  std::string_view name;
  double weight = 1;
};
/// timm's lists. A weighted one is drawn from without replacement.
[[nodiscard]] std::span<const WeightedOp> rand_augment_ops(std::string_view t, bool inc);

}  // namespace vit
