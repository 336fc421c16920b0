#include "vit/augment/preprocess.h"

#include "tests/augment/support.h"
#include "vit/core/error.h"
#include "vit/image/geometry.h"
#include "vit/image/resize.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("evaluation resizes and crops by crop_pct, a picture of the model's size too") {
  // timm's create_transform(is_training=False): Resize(int(32 / 0.9)), CenterCrop(32).
  Preprocessing input = square_input(32);
  input.crop_pct = 0.9;
  const Image image = noisy_sample(32, 32).image;
  CHECK(eval_transform(image, input) ==
        center_crop(resize(image, 35, 35, Filter::bicubic), 32, 32));
  input.crop_pct = 1;
  CHECK(eval_transform(image, input) == image);
}

TEST_CASE("numbers are torchvision's: float32, level by level, in planes") {
  Preprocessing input = square_input(5);
  input.mean = {0.485, 0.456, 0.406};
  input.std = {0.229, 0.224, 0.225};
  const Image image = noisy_sample(5, 5).image;
  std::vector<float> out(75);
  normalize(image, input, out.data());
  for (std::size_t i = 0; i < 25; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      CHECK(out[25 * c + i] == (static_cast<float>(image.pixels[3 * i + c]) / 255.0F -
                                static_cast<float>(input.mean[c])) /
                                   static_cast<float>(input.std[c]));
  CHECK(denormalize(out.data(), input) == image);
}

TEST_CASE("a picture of another size, and a number of channels that none has, are errors") {
  std::vector<float> out(400);
  Preprocessing input = square_input(5);
  CHECK_THROWS_WITH(normalize(noisy_sample(4, 5).image, input, out.data()),
                    Catch::Contains("expected a picture of 5x5 pixels, got 5x4"));
  input.in_chans = 4;
  CHECK_THROWS_WITH(normalize(noisy_sample(5, 5).image, input, out.data()),
                    Catch::Contains("model.in_chans"));
}
