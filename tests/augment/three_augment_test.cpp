#include "vit/augment/three_augment.h"

#include "tests/augment/support.h"
#include "vit/image/enhance.h"
#include "vit/image/lookup.h"

using namespace vit;
using namespace vit::test;

namespace {

/// The sum of differences between neighbours along x: blur makes it smaller.
std::int64_t roughness(const Image& image) {
  std::int64_t sum = 0;
  for (int y = 0; y < image.height; ++y)
    for (int x = 1; x < image.width; ++x)
      for (int c = 0; c < 3; ++c)
        sum += std::abs(int{image.pixel(x, y)[c]} - int{image.pixel(x - 1, y)[c]});
  return sum;
}

}  // namespace

TEST_CASE("without jitter, a picture is grey, solarised at 128 or blurred, each a third of them") {
  ThreeAugment op;
  op.color_jitter = 0;
  const Sample original = noisy_sample(16, 12);
  const Image grey = to_grey(original.image), solarised = solarize(original.image, 128);
  constexpr std::int64_t kDraws = 3000;
  std::int64_t greys = 0, solarisations = 0, least = roughness(original.image), most = 0;
  for (std::uint64_t index = 0; index < kDraws; ++index) {
    const Image image = augmented(op, original, index).image;
    if (image == grey)
      ++greys;
    else if (image == solarised)
      ++solarisations;
    else {
      least = std::min(least, roughness(image));
      most = std::max(most, roughness(image));
    }
  }
  CHECK(plausible(greys, kDraws, 1.0 / 3));
  CHECK(plausible(solarisations, kDraws, 1.0 / 3));
  // Radii from 0.1 to 2: some leave most of the noise, and some little.
  CHECK(most <= roughness(original.image));
  CHECK(most > roughness(original.image) * 9 / 10);
  CHECK(least < roughness(original.image) / 4);
}

TEST_CASE("colour jitter comes on top, of the given strength") {
  ThreeAugment op;
  op.color_jitter = 0.3;
  Sample plain = noisy_sample(6, 6);
  for (auto& value : plain.image.pixels) value = 100;  // only brightness shows
  int least = 255, most = 0;
  for (std::uint64_t index = 0; index < 1000; ++index) {
    const int level = augmented(op, plain, index).image.pixels[0];
    least = std::min(least, level);
    most = std::max(most, level);
  }
  CHECK((least >= 69 && least <= 72));
  CHECK((most >= 128 && most <= 130));
}
