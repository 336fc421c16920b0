#pragma once

#include <optional>

#include "vit/augment/op.h"

namespace vit {

/// Cuts the middle; a picture that is too small is padded with black.
class CenterCrop final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "center_crop"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<CenterCrop>(*this);
  }

  std::optional<Size2> size;
};

}  // namespace vit
