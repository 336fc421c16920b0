#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vit/augment/named_op.h"
#include "vit/augment/op.h"

namespace vit {

/// TrivialAugment Wide (Müller and Hutter 2021) as torchvision does it: one operation for each
/// picture, at a magnitude drawn evenly.
class TrivialAugment final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "trivial_augment"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<TrivialAugment>(*this);
  }

  std::int64_t bins = 31;
  std::string interpolation = "nearest";
  std::vector<std::int64_t> fill{0};
};

}  // namespace vit
