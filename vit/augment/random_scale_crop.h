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
///
/// With `relative_to: size` and scale [0.1, 2.0] it is the large scale jitter of detectors (Ghiasi
/// et al. 2021; detectron2's ResizeScale and FixedSizeCrop): the factor counts from the scale at
/// which the image just fits into `size`. Boxes that the crop leaves no area of are removed, and
/// those of which less than `min_visible` is left.
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
  std::string relative_to = "image";  ///< what the scale counts from: image or size
  double cat_max_ratio = 0.75;
  double min_visible = 0;  ///< the least part of a box's area that keeps it
  std::optional<std::vector<double>> fill;
  std::string interpolation = "bilinear";

 private:
  Colour colour_{};  // of what lies outside
};

}  // namespace vit
