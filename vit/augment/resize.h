#pragma once

#include <optional>
#include <string>

#include "vit/augment/op.h"

namespace vit {

/// Scales the whole picture to `size`, without keeping its aspect.
class Resize final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "resize"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<Resize>(*this);
  }

  std::optional<Size2> size;
  std::optional<std::string> interpolation;
};

}  // namespace vit
