#include "vit/augment/random_resized_crop.h"

#include "tests/augment/support.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("the part has the area and aspect that were asked for, and lies inside") {
  RandomResizedCrop crop;
  crop.adapt(square_input(8));
  double area = 0;
  constexpr int kDraws = 5000;
  for (std::uint64_t index = 0; index < kDraws; ++index) {
    Rng rng(5, Stream::augment, 0, index);
    const PixelBox part = crop.choose(400, 400, rng);
    CHECK((part.left >= 0 && part.top >= 0));
    CHECK((part.left + part.width <= 400 && part.top + part.height <= 400));
    const double aspect = static_cast<double>(part.width) / part.height;
    CHECK((aspect > 0.74 && aspect < 1.35));
    area += static_cast<double>(part.width) * part.height / (400.0 * 400.0) / kDraws;
  }
  // Uniform in [0.08, 1], less what doesn't fit: torchvision's mean over 100,000 draws is 0.486.
  CHECK(area == Approx(0.486).margin(0.02));
}

TEST_CASE("a picture that no attempt fits gives its largest centred part") {
  RandomResizedCrop crop;
  crop.scale = {1.0, 1.0};
  crop.adapt(square_input(8));
  Rng rng(1, Stream::augment);
  CHECK(crop.choose(1000, 10, rng) == PixelBox{493, 0, 13, 10});
  CHECK(crop.choose(10, 1000, rng) == PixelBox{0, 493, 10, 13});
}
