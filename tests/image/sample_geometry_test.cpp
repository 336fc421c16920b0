#include "vit/image/sample_geometry.h"

#include "tests/augment/support.h"

using namespace vit;
using namespace vit::test;

namespace {

/// Black, with a white rectangle that is the box, the mask, and the mask of the box's object.
Sample marked(int width, int height, const Box& box) {
  Sample sample;
  sample.image = Image(width, height);
  sample.mask = Image(width, height, 1);
  for (int y = static_cast<int>(box.y0); y < static_cast<int>(box.y1); ++y)
    for (int x = static_cast<int>(box.x0); x < static_cast<int>(box.x1); ++x) {
      *sample.mask.pixel(x, y) = 1;
      std::fill_n(sample.image.pixel(x, y), 3, std::uint8_t{255});
    }
  sample.boxes = {box};
  sample.boxes[0].mask = std::make_shared<const Image>(sample.mask);
  return sample;
}

/// The mask of the object is the other mask, but for what lies outside of the image.
void check_object_mask(const Sample& sample) {
  REQUIRE(sample.boxes.size() == 1);
  REQUIRE(sample.boxes[0].mask);
  Image inside = sample.mask;
  for (std::uint8_t& pixel : inside.pixels) pixel = pixel == kIgnoredClass ? 0 : pixel;
  CHECK(*sample.boxes[0].mask == inside);
  CHECK(inside.width == sample.image.width);
  CHECK(inside.height == sample.image.height);
}

/// The bounds of the mask's ones.
Box bounds(const Sample& sample) {
  Box box{1e9f, 1e9f, -1, -1, 0};
  for (int y = 0; y < sample.mask.height; ++y)
    for (int x = 0; x < sample.mask.width; ++x)
      if (*sample.mask.pixel(x, y) == 1)
        box = {std::min(box.x0, static_cast<float>(x)), std::min(box.y0, static_cast<float>(y)),
               std::max(box.x1, static_cast<float>(x + 1)),
               std::max(box.y1, static_cast<float>(y + 1)), 0};
  return box;
}

void check_agreement(const Sample& sample) {
  REQUIRE(sample.boxes.size() == 1);
  check_object_mask(sample);
  const Box seen = bounds(sample), box = sample.boxes[0];
  CHECK(box.x0 == Approx(seen.x0).margin(1.01));
  CHECK(box.y0 == Approx(seen.y0).margin(1.01));
  CHECK(box.x1 == Approx(seen.x1).margin(1.01));
  CHECK(box.y1 == Approx(seen.y1).margin(1.01));
}

}  // namespace

TEST_CASE("a box goes where its pixels go, under shears, shifts and turns") {
  for (const AffineMatrix& matrix :
       {AffineMatrix{1, 0.3, 0, 0, 1, 0}, AffineMatrix{1, -0.2, 3, 0, 1, -4},
        AffineMatrix{1, 0, 0, 0.25, 1, 0}, AffineMatrix{1, 0, 9, 0, 1, 6}}) {
    Sample sample = marked(60, 50, {20, 15, 34, 28, 2});
    transform_sample(sample, matrix, Filter::bilinear, {});
    check_agreement(sample);
  }
  for (const double degrees : {30.0, -17.5, 90.0, 180.0, 135.0}) {
    CAPTURE(degrees);
    Sample sample = marked(61, 50, {20, 15, 34, 28, 2});
    rotate_sample(sample, degrees, Filter::bilinear, {});
    check_agreement(sample);
  }
}

TEST_CASE("what comes from outside is ignored in the mask, and a box that leaves is gone") {
  Sample sample = marked(20, 20, {2, 2, 6, 6, 1});
  transform_sample(sample, {1, 0, 10, 0, 1, 0}, Filter::bicubic, {});
  CHECK(sample.boxes.empty());
  CHECK(*sample.mask.pixel(15, 3) == 255);
  CHECK(*sample.mask.pixel(5, 3) == 0);
}

TEST_CASE("boxes and masks turn upright with their picture, for each EXIF orientation") {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    // One pixel is marked in all three ways.
    vit::Sample sample;
    sample.image = vit::Image(5, 4);
    sample.mask = vit::Image(5, 4, 1);
    sample.image.pixel(3, 1)[0] = 200;
    sample.mask.pixel(3, 1)[0] = 1;
    sample.boxes = {{3, 1, 4, 2, 0}};
    sample.image = vit::orient(sample.image, orientation);
    vit::orient_annotations(sample, orientation, 5, 4);
    REQUIRE(sample.mask.width == sample.image.width);
    const auto x = static_cast<int>(sample.boxes[0].x0), y = static_cast<int>(sample.boxes[0].y0);
    CHECK(sample.boxes[0].x1 == static_cast<float>(x + 1));
    CHECK(sample.boxes[0].y1 == static_cast<float>(y + 1));
    CHECK(static_cast<int>(sample.image.pixel(x, y)[0]) == 200);
    CHECK(static_cast<int>(sample.mask.pixel(x, y)[0]) == 1);
  }
}

TEST_CASE("boxes of which too little lies in a part are removed, without moving the others") {
  Sample sample;
  sample.image = Image(100, 100, 3);
  sample.boxes = {{0, 0, 20, 20, 0}, {10, 0, 30, 20, 1}, {16, 0, 36, 20, 2}, {60, 60, 70, 70, 3}};
  remove_hidden_boxes(sample, {20, -10, 50, 50}, 0.5);
  REQUIRE(sample.boxes.size() == 2);
  CHECK(sample.boxes[0].label == 1);  // just half of it
  CHECK(sample.boxes[0].x0 == 10);
  CHECK(sample.boxes[1].label == 2);
}

TEST_CASE("what else is known of a box stays with it") {
  Sample sample;
  sample.image = Image(40, 40, 3);
  sample.boxes = {{4, 5, 20, 30, 7}};
  sample.boxes[0].difficult = sample.boxes[0].crowd = true;
  sample.boxes[0].area = 12;
  rotate_sample(sample, 10, Filter::bilinear, {});
  hflip_sample(sample);
  rot90_sample(sample, 1);
  CHECK(sample.boxes[0].label == 7);
  CHECK(sample.boxes[0].difficult);
  CHECK(sample.boxes[0].crowd);
  CHECK(sample.boxes[0].area == 12);
  const Box back = sample.placement.to_original(sample.boxes[0]);
  CHECK(back.crowd);
}

TEST_CASE("the masks of objects go where the image goes, and others keep theirs") {
  const Sample before = marked(40, 30, {10, 8, 31, 22, 4});
  const auto check = [&](const auto& move) {
    Sample sample = before;
    move(sample);
    check_object_mask(sample);
    CHECK(before.boxes[0].mask->width == 40);
  };
  check([](Sample& sample) { crop_sample(sample, 12, -3, 25, 20); });
  check([](Sample& sample) { crop_annotations(sample, 0, 0, 40, 30); });
  check([](Sample& sample) { resize_sample(sample, 23, 41, Filter::bicubic); });
  check([](Sample& sample) {
    resize_sample(sample, 23, 41, Filter::bicubic, SourceBox{3.5F, 2, 30, 28.25F});
  });
  check(hflip_sample);
  check(vflip_sample);
  for (int quarters = 0; quarters < 4; ++quarters)
    check([&](Sample& sample) { rot90_sample(sample, quarters); });
  check([](Sample& sample) {
    scaled_crop_sample(sample, {60, 50, {-5, 10, 48, 48}}, Filter::bilinear, {});
  });
}
