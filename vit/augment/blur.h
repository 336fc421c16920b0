#pragma once

#include <vector>

#include "vit/augment/op.h"

namespace vit {

/// Pillow's Gaussian blur with a drawn standard deviation, with probability p (as DINO and DeiT III
/// use it).
class GaussianBlur final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "gaussian_blur"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<GaussianBlur>(*this);
  }
  void adapt(const InputSpec& input) override;

  double p = 0.5;
  std::vector<double> sigma{0.1, 2.0};
};

}  // namespace vit
