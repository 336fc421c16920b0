#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vit/augment/region_op.h"

namespace vit {

/// Cuts a random part of random area and aspect ratio and scales it to `size` (Szegedy et al.
/// 2015), with torchvision's sampling and timm's defaults.
class RandomResizedCrop final : public RegionOp {
 public:
  [[nodiscard]] PixelBox choose(int width, int height, Rng& rng) const override;
  void finish(Sample& sample, const std::optional<SourceBox>& box) const override;
  [[nodiscard]] Size2 output_size() const override { return *size; }
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "random_resized_crop"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<RandomResizedCrop>(*this);
  }

  std::optional<Size2> size;
  std::vector<double> scale{0.08, 1.0};
  std::vector<double> ratio{3.0 / 4.0, 4.0 / 3.0};
  std::optional<std::string> interpolation;
};

}  // namespace vit
