#pragma once

#include <array>
#include <optional>
#include <vector>

#include "vit/augment/op.h"

namespace vit {

/// SSD's crop (Liu et al. 2016, section 2.2), as torchvision's RandomIoUCrop: an overlap is chosen
/// among `sampler_options` (1 or more: the image stays as it is), then up to `trials` parts of the
/// image are drawn, and the first one is cut out that holds the centre of a box whose overlap (IoU)
/// with the part is at least that; after so many failures, another overlap is chosen. Boxes whose
/// centre lies outside are removed, the others cut. An image without boxes stays as it is, as does
/// one for which fifty chosen overlaps have failed.
class RandomIouCrop final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "random_iou_crop"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<RandomIouCrop>(*this);
  }

  /// One trial: the part for four numbers in [0, 1) (width, height, left, top), computed in float32
  /// as torchvision does; nothing where it does not fit the options or the boxes.
  [[nodiscard]] std::optional<PixelBox> accepted_part(const Sample& sample, double least_overlap,
                                                      const std::array<float, 4>& drawn) const;

  std::vector<double> scale{0.3, 1.0};         ///< least and largest part of each side
  std::vector<double> aspect_ratio{0.5, 2.0};  ///< of the part, width by height
  std::vector<double> sampler_options{0, 0.1, 0.3, 0.5, 0.7, 0.9, 1};
  std::int64_t trials = 40;
};

}  // namespace vit
