#include "vit/augment/simple_random_crop.h"

#include "tests/augment/support.h"
#include "vit/image/geometry.h"
#include "vit/image/resize.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("the shorter side is scaled to the size, and a square cut from the mirrored padding") {
  SimpleRandomCrop op;
  op.padding = 2;
  op.adapt(square_input(8));
  const Image image = noisy_sample(32, 16).image;
  const Image scaled = resize(image, 16, 8, Filter::bicubic);
  const Image padded = pad(scaled, 2, 2, 2, 2, {PadMode::reflect, {}});
  for (std::uint64_t index = 0; index < 50; ++index) {
    const Image cut = augmented(op, noisy_sample(32, 16), index).image;
    bool is_part = false;
    for (int y = 0; y + 8 <= padded.height; ++y)
      for (int x = 0; x + 8 <= padded.width; ++x)
        is_part = is_part || crop(padded, x, y, 8, 8) == cut;
    CHECK(is_part);
  }
}

TEST_CASE("pictures of every shape get the size, which need not be square") {
  SimpleRandomCrop op;
  op.size = Size2{6, 10};
  op.adapt(square_input(8));
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 40}, {40, 3}, {10, 6}}) {
    const Sample sample = augmented(op, noisy_sample(width, height));
    CHECK(sample.image.width == 10);
    CHECK(sample.image.height == 6);
    CHECK(sample.mask.width == 10);
  }
}
