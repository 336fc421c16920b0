#include "vit/image/input_spec.h"

#include <algorithm>

#include "tests/augment/support.h"
#include "vit/core/error.h"
#include "vit/image/geometry.h"
#include "vit/image/resize.h"
#include "vit/image/sample_geometry.h"

using namespace vit;
using namespace vit::test;

namespace {

/// An image of this size with an object, whose mask and box it has.
Sample object_sample(int width, int height) {
  Sample sample = noisy_sample(width, height);
  sample.boxes = {{30, 24, 50, 40, 3}};
  for (int y = 24; y < 40; ++y)
    for (int x = 30; x < 50; ++x) *sample.mask.pixel(x, y) = 1;
  start_placement(sample);
  return sample;
}

/// The bounds of the mask's ones.
Box bounds(const Image& mask) {
  Box box{1e9F, 1e9F, -1, -1};
  for (int y = 0; y < mask.height; ++y)
    for (int x = 0; x < mask.width; ++x)
      if (*mask.pixel(x, y) == 1)
        box = {std::min(box.x0, static_cast<float>(x)), std::min(box.y0, static_cast<float>(y)),
               std::max(box.x1, static_cast<float>(x + 1)),
               std::max(box.y1, static_cast<float>(y + 1))};
  return box;
}

void check_near(const Box& box, const Box& expected, double margin) {
  CHECK(box.x0 == Approx(expected.x0).margin(margin));
  CHECK(box.y0 == Approx(expected.y0).margin(margin));
  CHECK(box.x1 == Approx(expected.x1).margin(margin));
  CHECK(box.y1 == Approx(expected.y1).margin(margin));
}

}  // namespace

TEST_CASE("evaluation resizes and crops by crop_pct, a picture of the model's size too") {
  // timm's create_transform(is_training=False): Resize(int(32 / 0.9)), CenterCrop(32).
  InputSpec input = square_input(32);
  input.crop_pct = 0.9;
  const Image image = noisy_sample(32, 32).image;
  CHECK(eval_transform(image, input) ==
        center_crop(resize(image, 35, 35, Filter::bicubic), 32, 32));
  input.crop_pct = 1;
  CHECK(eval_transform(image, input) == image);
}

TEST_CASE("numbers are torchvision's: float32, level by level, in planes") {
  InputSpec input = square_input(5);
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
  InputSpec input = square_input(5);
  CHECK_THROWS_WITH(normalize(noisy_sample(4, 5).image, input, out.data()),
                    Catch::Contains("expected a picture of 5x5 pixels, got 5x4"));
  input.in_chans = 4;
  CHECK_THROWS_WITH(normalize(noisy_sample(5, 5).image, input, out.data()),
                    Catch::Contains("model.in_chans"));
}

TEST_CASE("numbers of an image of its own size are those of the model's size") {
  const Image image = noisy_sample(7, 4).image;
  std::vector<float> fixed(84), own(84);
  for (const std::int64_t channels : {std::int64_t{3}, std::int64_t{1}}) {
    InputSpec input = square_input(5);
    input.in_chans = channels;
    const std::span<float> out(own.data(), static_cast<std::size_t>(28 * channels));
    normalize(image, input, out);
    input.img_size = {4, 7};
    normalize(image, input, fixed.data());
    CHECK(std::equal(out.begin(), out.end(), fixed.begin()));
  }
}

TEST_CASE("annotations move with the image in evaluation, in every crop_mode") {
  for (const char* mode : {"center", "squash", "border", "crop", "whole"})
    for (const Size2 size : {Size2{64, 64}, Size2{48, 80}, Size2{130, 130}})
      for (const double crop_pct : {1.0, 0.8, 1.2}) {
        CAPTURE(mode, size.height, crop_pct);
        InputSpec input = square_input(64);
        input.img_size = size;
        input.crop_mode = mode;
        input.crop_pct = crop_pct;
        Sample sample = object_sample(90, 70);
        const Box object = sample.boxes[0];
        const Image before = sample.image;
        eval_transform(sample, input);
        CHECK(sample.image == eval_transform(before, input));
        REQUIRE(sample.mask.width == sample.image.width);
        REQUIRE(sample.mask.height == sample.image.height);
        REQUIRE(sample.boxes.size() == 1);
        CHECK(sample.boxes[0].label == 3);
        check_near(sample.boxes[0], bounds(sample.mask), 1.01);
        check_near(sample.placement.to_original(sample.boxes[0]), object, 0.5);
        CHECK(sample.placement.original == Size2{70, 90});
      }
}

TEST_CASE("what lies outside of the image has no class in evaluation") {
  InputSpec input = square_input(64);
  input.crop_mode = "border";
  input.crop_pct = 1;
  Sample sample = object_sample(90, 70);  // 64x50 pixels
  eval_transform(sample, input);
  CHECK(*sample.mask.pixel(5, 6) == kIgnoredClass);
  CHECK(*sample.mask.pixel(5, 7) == 0);
  CHECK(*sample.mask.pixel(5, 56) == 0);
  CHECK(*sample.mask.pixel(5, 57) == kIgnoredClass);
}

TEST_CASE("a box that the crop leaves nothing of is gone, one over its edge is cut") {
  InputSpec input = square_input(60);
  input.crop_mode = "crop";
  Sample sample = object_sample(90, 70);  // columns 15 to 75
  sample.boxes = {{0, 10, 15, 20, 1}, {10, 10, 20, 20, 2}};
  eval_transform(sample, input);
  REQUIRE(sample.boxes.size() == 1);
  check_near(sample.boxes[0], {0, 5, 5, 15}, 1e-4);
}

TEST_CASE("crop_mode whole keeps the image's shape: the shorter side fits, nothing is cut") {
  InputSpec input = square_input(32);
  input.crop_mode = "whole";
  input.crop_pct = 0.5;  // there is no crop
  const Image image = noisy_sample(90, 70).image;
  CHECK(eval_transform(image, input) == resize(image, 41, 32, Filter::bicubic));
  input.img_size = {30, 60};  // both sides are covered
  CHECK(eval_transform(image, input) == resize(image, 60, 47, Filter::bicubic));
}
