#pragma once

#include <optional>
#include <vector>

#include "vit/augment/op.h"

namespace vit {

/// Mosaic (Bochkovskiy et al. 2020, YOLOv4), laid out as the YOLO tools do: with probability `p`,
/// the sample and three others that (seed, epoch, index) chooses from the whole data set become one
/// image of twice `size`. Each is scaled so that it just fits into `size` and lies with a corner at
/// one point, drawn in the middle half of the image; what reaches over the edge is cut, and `fill`
/// is what none covers. Boxes and masks move along; the label and the placement stay those of the
/// sample. Another operation must bring the result to the model's size: random_scale_crop with
/// `relative_to: size`, which also does for images that stay single.
class Mosaic final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  [[nodiscard]] std::vector<std::int64_t> companions(std::int64_t samples, Rng& rng) const override;
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "mosaic"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<Mosaic>(*this);
  }

  double p = 1;
  std::optional<Size2> size;
  std::optional<std::vector<double>> fill;

 private:
  Colour colour_{};  // of what no image covers
};

}  // namespace vit
