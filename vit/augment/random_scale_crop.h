#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vit/augment/op.h"

namespace vit {

/// What mmsegmentation does to images and masks for training: RandomResize by `ratio_range` (of the
/// image's own size, the aspect kept), RandomCrop with `cat_max_ratio`, and Pad to the right and
/// below. A crop in which one class fills `cat_max_ratio` of the pixels that have a class, or more,
/// is drawn again, ten times at most. Without a mask the first one is taken.
class RandomScaleCrop final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "random_scale_crop"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<RandomScaleCrop>(*this);
  }

  std::optional<Size2> size;
  std::vector<double> scale{0.5, 2.0};
  double cat_max_ratio = 0.75;
  std::optional<std::vector<double>> fill;
  std::string interpolation = "bilinear";

 private:
  Colour colour_{};  // of what lies outside
};

}  // namespace vit
