#include <set>

#include "tests/catch.h"
#include "vit/augment/pipeline.h"
#include "vit/augment/random_crop.h"
#include "vit/augment/random_resized_crop.h"
#include "vit/augment/simple_ops.h"
#include "vit/core/error.h"
#include "vit/image/sample_geometry.h"

namespace {

/// Red is the column, green the row; one box, and a mask with a 1 in it.
vit::Sample marked(int width, int height) {
  vit::Sample sample;
  sample.image = vit::Image(width, height, 3);
  sample.mask = vit::Image(width, height, 1);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      sample.image.row(y)[3 * x] = static_cast<std::uint8_t>(x);
      sample.image.row(y)[3 * x + 1] = static_cast<std::uint8_t>(y);
      sample.mask.row(y)[x] = x == 1 && y == 2 ? 1 : 0;
    }
  sample.boxes = {{1, 2, 2, 3, 0}};
  sample.source = "marked";
  return sample;
}

vit::InputSpec input(std::int64_t side) {
  vit::InputSpec result;
  result.img_size = {side, side};
  return result;
}

}  // namespace

TEST_CASE("A flip moves picture, boxes and mask together") {
  vit::Sample sample = marked(5, 4);
  vit::hflip_sample(sample);
  CHECK(sample.image.row(0)[0] == 4);
  CHECK(sample.mask.row(2)[3] == 1);
  CHECK(sample.boxes[0].x0 == 3);
  CHECK(sample.boxes[0].x1 == 4);
  vit::vflip_sample(sample);
  CHECK(sample.mask.row(1)[3] == 1);
  CHECK(sample.boxes[0].y0 == 1);
}

TEST_CASE(
    "A crop cuts boxes to it and removes those outside; beyond the picture the mask is ignored") {
  vit::Sample sample = marked(5, 4);
  vit::crop_sample(sample, 1, -1, 3, 4);
  CHECK(sample.image.row(1)[0] == 1);
  CHECK(sample.mask.row(0)[0] == 255);
  CHECK(sample.mask.row(3)[0] == 1);
  REQUIRE(sample.boxes.size() == 1);
  CHECK(sample.boxes[0].x0 == 0);
  CHECK(sample.boxes[0].y0 == 3);
  vit::crop_sample(sample, 2, 0, 1, 1);
  CHECK(sample.boxes.empty());
}

TEST_CASE("A random crop reaches every place within the padding, and no other") {
  vit::RandomCrop crop;
  crop.padding = 2;
  crop.adapt(input(6));
  std::set<int> columns;
  vit::Rng rng(1, vit::Stream::augment);
  for (int i = 0; i < 300; ++i) {
    vit::Sample sample = marked(6, 6);
    crop.apply(sample, rng);
    REQUIRE(sample.image.width == 6);
    columns.insert(static_cast<int>(sample.boxes.empty() ? -9 : sample.boxes[0].x0));
  }
  CHECK(columns == std::set<int>{-9, 0, 1, 2, 3});  // the box stood at 1, and may have left
}

TEST_CASE("A random resized crop has the model's size, for every shape of picture") {
  vit::RandomResizedCrop crop;
  crop.adapt(input(8));
  vit::Rng rng(2, vit::Stream::augment);
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 200}, {300, 2}, {31, 17}}) {
    vit::Sample sample = marked(width, height);
    crop.apply(sample, rng);
    CHECK(sample.image.width == 8);
    CHECK(sample.image.height == 8);
  }
  crop.scale = {0.5, 0.1};
  CHECK_THROWS_WITH(crop.adapt(input(8)), Catch::Contains("random_resized_crop.scale"));
}

TEST_CASE("A pipeline's output is a function of seed, epoch and index") {
  const vit::Pipeline pipeline =
      vit::Pipeline::training(input(8), vit::AugmentList{"random_resized_crop", "hflip"}, 5);
  const auto run = [&](std::int64_t epoch, std::int64_t index) {
    vit::Sample sample = marked(20, 20);
    std::vector<float> out(3 * 8 * 8);
    pipeline.apply(sample, epoch, index, out.data());
    return out;
  };
  CHECK(run(1, 2) == run(1, 2));
  CHECK(run(1, 2) != run(2, 2));
  CHECK(run(1, 2) != run(1, 3));
}

TEST_CASE(
    "Operations that leave another size than the model's are an error that says what to add") {
  const vit::Pipeline pipeline = vit::Pipeline::training(input(8), vit::AugmentList{"hflip"}, 5);
  vit::Sample sample = marked(20, 20);
  std::vector<float> out(3 * 8 * 8);
  CHECK_THROWS_WITH(pipeline.apply(sample, 0, 0, out.data()),
                    Catch::Contains("leaves marked at 20x20 pixels, and the model takes 8x8"));
}

TEST_CASE("Normalising and its inverse give the picture back; a grey model sees Pillow's luma") {
  const vit::Image image = marked(8, 8).image;
  vit::InputSpec p = input(8);
  std::vector<float> planes(3 * 64);
  vit::normalize(image, p, planes.data());
  CHECK(planes[3] == Approx((3 / 255.0 - 0.5) / 0.5));
  CHECK(vit::denormalize(planes.data(), p) == image);
  p.in_chans = 1;
  p.mean = {0};
  p.std = {1};
  vit::Image red(8, 8, 3);
  red.pixels[0] = 255;
  vit::normalize(red, p, planes.data());
  CHECK(planes[0] * 255 == Approx(76));  // L of pure red
}
