#include "vit/augment/region_op.h"

#include "tests/augment/support.h"
#include "vit/augment/random_resized_crop.h"
#include "vit/image/sample_geometry.h"

using namespace vit;
using namespace vit::test;

namespace {

/// Cuts what it is told.
class Cut final : public RegionOp {
 public:
  explicit Cut(const PixelBox& part) : part_(part) {}
  [[nodiscard]] PixelBox choose(int, int, Rng&) const override { return part_; }
  void finish(Sample& sample, const std::optional<SourceBox>& box) const override {
    resize_sample(sample, 6, 6, Filter::bicubic, box);
  }
  [[nodiscard]] Size2 output_size() const override { return {6, 6}; }
  [[nodiscard]] std::string_view name() const override { return "cut"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<Cut>(*this);
  }

 private:
  PixelBox part_;
};

}  // namespace

TEST_CASE("the part is cut before it is scaled: pixels outside do not reach in") {
  Sample sample = noisy_sample(20, 15), other = sample;
  Rng rng(1, Stream::augment);
  const PixelBox part{3, 2, 9, 8};
  Cut(part).apply(sample, rng);
  // Whatever lies around the part, the result is the same.
  for (int y = 0; y < 15; ++y)
    for (int x = 0; x < 20; ++x)
      if (x < 3 || x >= 12 || y < 2 || y >= 10) std::fill_n(other.image.pixel(x, y), 3, 0);
  Cut(part).apply(other, rng);
  CHECK(sample.image == other.image);
  CHECK(sample.image ==
        resize(crop(noisy_sample(20, 15).image, 3, 2, 9, 8), 6, 6, Filter::bicubic));
}

TEST_CASE("boxes and masks are cut and scaled with the part") {
  Sample sample = noisy_sample(20, 16);  // its box: from (1, 1) to (10, 8)
  Rng rng(1, Stream::augment);
  Cut({4, 2, 12, 12}).apply(sample, rng);
  REQUIRE(sample.boxes.size() == 1);
  CHECK(sample.boxes[0].x0 == 0);
  CHECK(sample.boxes[0].x1 == 3);
  CHECK(sample.boxes[0].y1 == 3);
  CHECK(sample.mask.width == 6);
}
