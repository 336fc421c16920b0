#pragma once

#include <optional>
#include <string>

#include "vit/augment/op.h"

namespace vit {

/// DeiT III's Simple Random Crop (Touvron et al. 2022, section 3.2; `--src`): the shorter side is
/// scaled to `size`, then a square of `size` is cut at random from the picture padded by mirroring.
class SimpleRandomCrop final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "simple_random_crop"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<SimpleRandomCrop>(*this);
  }
  void adapt(const InputSpec& input) override;

  std::optional<Size2> size;
  std::int64_t padding = 4;
  std::optional<std::string> interpolation;
};

}  // namespace vit
